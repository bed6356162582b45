-- What a store held besides when people could sign in.
INSERT INTO member (email, mailbox, name, language, role, created_at, author_id, site_id) VALUES ('Ann@example.org', 'ann@example.org', 'Ann', 'nl', 'admin', '2021-03-01 09:00:00+00:00', 1, 1);
INSERT INTO sign_in (email, mailbox, browser, digest, asked_at, used_at, site_id) VALUES ('Ann@example.org', 'ann@example.org', 'digest', 'digest', '2021-03-01 09:00:00+00:00', '2021-03-01 09:05:00+00:00', 1);
INSERT INTO "key" (kind, digest, scopes, label, created_at, expires_at, user_id) VALUES ('api', 'digest', '["content:read"]', 'the site', '2021-03-01 09:00:00+00:00', '2022-03-01 09:00:00+00:00', 1);
INSERT INTO audit (at, user_id, key_id, deed, subject_id) VALUES ('2021-03-01 09:05:00+00:00', 1, NULL, 'sign_in', 1);
INSERT INTO delivery (kind, key, batch, state, facts, tries, not_before, promised_at) VALUES ('sign_in', 'sign_in:1', 4611686018427387904, 'queued', '{"to": "Ann@example.org"}', 0, '2021-03-01 09:00:00+00:00', '2021-03-01 09:00:00+00:00');
