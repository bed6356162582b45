-- What a store held besides when receivers elsewhere could be told what happens.
INSERT INTO webhook (url, secret, events, is_paused, created_at) VALUES ('https://hooks.example/posts', 'whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0', '["post.published"]', FALSE, '2021-03-01 09:00:00+00:00');
INSERT INTO webhook_call (webhook_id, message, event, subject_id, facts, state, tries, not_before, begun_at, created_at) VALUES (1, 'msg_1', 'post.published', 1, '{"path": "/posts/een"}', 'waiting', 0, '2021-03-01 09:00:00+00:00', '2021-03-01 09:00:00+00:00', '2021-03-01 09:00:00+00:00');
