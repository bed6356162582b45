-- What a store held besides when posts went to subscribers as issues.
INSERT INTO announcement (post_id, newsletter_ids, is_due, number) VALUES (1, '[1]', FALSE, 1);
INSERT INTO issue (key, kind, post_id, status, facts, topics, audience, cursor, is_written, sent_out, failed_out, cancelled_out, started_at, site_id) VALUES ('post:1:1', 'post', 1, 'sending', '{"title": "Ui"}', '["newsletter-1"]', 2, 1, FALSE, 1, 0, 0, '2021-03-01 09:00:00+00:00', 1);
INSERT INTO recipient (issue_id, subscription_id) VALUES (1, 1);
INSERT INTO digest_turn (key, due_at) VALUES ('daily:Europe/Amsterdam', '2021-03-01 06:00:00+00:00');
INSERT INTO delivery (kind, key, batch, topic, issue_id, state, facts, tries, not_before, promised_at, settled_at, subscription_id) VALUES ('newsletter', 'newsletter:seed:1:1', 0, 'newsletter-1', 1, 'cancelled', '{}', 0, '2021-03-01 09:00:00+00:00', '2021-03-01 09:00:00+00:00', '2021-03-01 09:00:00+00:00', 1);
