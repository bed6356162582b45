-- What a store held besides when it had subscribers.
INSERT INTO newsletter (slug, title, site_id) VALUES ('main', 'De krant', 1);
INSERT INTO subscription (email, mailbox, name, language, frequency, status, version, seed, proof, code, asked_at, confirmed_at, created_at, site_id) VALUES ('Ann@example.org', 'ann@example.org', 'Ann', 'nl', 'weekly', 'confirmed', 1, 'seed', 'proof', 'code', '2021-03-01 09:00:00+00:00', '2021-03-01 10:00:00+00:00', '2021-03-01 09:00:00+00:00', 1);
INSERT INTO interest (subscription_id, newsletter_id) VALUES (1, 1);
INSERT INTO interest (subscription_id, tag_id) VALUES (1, 1);
INSERT INTO consent (subscription_id, act, at, version, door, form, network, language, wording, detail) VALUES (1, 'confirmed', '2021-03-01 10:00:00+00:00', 1, 'page', 'https://blog.example/', '192.0.2.0/24', 'nl', NULL, '{"topics": ["newsletter-1"]}');
INSERT INTO delivery (subscription_id, kind, key, batch, state, facts, tries, not_before, promised_at) VALUES (1, 'welcome', 'welcome:seed:1', 4611686018427387903, 'deferred', '{"to": "Ann@example.org"}', 1, '2021-03-01 11:00:00+00:00', '2021-03-01 10:00:00+00:00');
INSERT INTO suppression (key, scope, reason, at) VALUES ('digest', 'all', 'complaint', '2021-03-01 09:00:00+00:00');
INSERT INTO cap (key, moments, last_at) VALUES ('digest', '[1614589200.0]', '2021-03-01 09:00:00+00:00');
INSERT INTO repeat (key, answer, at) VALUES ('digest', 'done', '2021-03-01 09:00:00+00:00');
INSERT INTO sign_up (wish, email, mailbox, name, language, frequency, topics, door, asked_at, site_id) VALUES ('letters', 'bob@example.org', 'bob@example.org', '', 'nl', 'immediate', '[["tag", 1]]', 'graph', '2021-03-01 09:00:00+00:00', 1);
