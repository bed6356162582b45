-- What a store held besides when posts kept what they said before.
INSERT INTO revision (post_id, version, restored, title, source, source_format, summary, user_id, editor_name, created_at, saved_at) VALUES (1, 1, NULL, 'Linnen', 'Over *linnen*.', 'markdown', 'Kort', 1, 'Anna', '2021-03-01 09:00:00+00:00', '2021-03-01 09:04:00+00:00');
