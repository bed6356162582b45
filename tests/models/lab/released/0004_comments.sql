-- What a store held besides when its site said what happens to the comments of guests.
INSERT INTO site (title, language, time_zone, url, secret, is_demonstration, comment_policy, created_at) VALUES ('De Buren', 'nl', 'Europe/Amsterdam', '', 'of another site', FALSE, 'shown', '2021-03-01 09:00:00+00:00');
