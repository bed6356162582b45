-- What a store held besides when the pen was passed.
INSERT INTO pen (giver_id, email, mailbox, name, note, state, post_id, passed_at, site_id) VALUES (1, 'bea@example.org', 'bea@example.org', 'Bea', '', 'taken', 1, '2021-03-01 09:00:00+00:00', 1);
