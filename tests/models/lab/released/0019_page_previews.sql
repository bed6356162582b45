INSERT INTO "key" (kind, digest, page_id, scopes, label, created_at, expires_at, user_id) VALUES ('preview', 'digest', 1, '[]', '', '2021-03-01 09:00:00+00:00', '2021-03-08 09:00:00+00:00', 1);
