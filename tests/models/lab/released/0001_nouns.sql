-- What a store of the first release held.
INSERT INTO site (title, language, time_zone, url, secret, is_demonstration, created_at) VALUES ('De Weverij', 'nl', 'Europe/Amsterdam', 'https://blog.example', 'kept from release to release', FALSE, '2021-03-01 09:00:00+00:00');
INSERT INTO image (url, alt_text, media_type, width, height, site_id) VALUES ('https://blog.example/ui.webp', 'Een ui', 'image/webp', 10, 20, 1);
INSERT INTO author (slug, name, sort_key, post_count, avatar_id, site_id) VALUES ('anna', 'Anna', '999999 anna', 1, 1, 1);
INSERT INTO tag (slug, name, sort_key, post_count, site_id) VALUES ('ui', 'ui', 'ui', 1, 1);
INSERT INTO month_count (month, post_count, site_id) VALUES ('2021-03', 1, 1);
INSERT INTO page (position, slug, path, title, status, published_at, version, created_at, updated_at, source, html, text, opening, blocks, site_id) VALUES (0, 'over-ons', '/over-ons', 'Over ons', 'published', '2021-03-01 09:00:00+00:00', 2, '2021-03-01 09:00:00+00:00', '2021-03-01 09:00:00+00:00', '<p>Wij.</p>', '<p>Wij.</p>', 'Wij.', 'Wij.', '[{"kind":"paragraph","html":"Wij.","text":"Wij."}]', 1);
INSERT INTO post (slug, title, sort_key, opening, word_count, status, published_at, published_month, is_counted, comments_open, comment_count, version, created_at, updated_at, source, html, text, words, blocks, image_id, site_id) VALUES ('uien', 'Uien', 'uien', 'Van uien.', 2, 'published', '2021-03-01 09:00:00+00:00', '2021-03', TRUE, TRUE, 1, 2, '2021-03-01 09:00:00+00:00', '2021-03-01 09:00:00+00:00', '<p>Van uien.</p>', '<p>Van uien.</p>', 'Van uien.', ' uien van', '[{"kind":"paragraph","html":"Van uien.","text":"Van uien."}]', 1, 1);
INSERT INTO byline (position, author_id, post_id) VALUES (0, 1, 1);
INSERT INTO tagging (post_id, tag_id) VALUES (1, 1);
INSERT INTO comment (depth, name, email, source, html, text, status, is_shown, reply_count, created_at, post_id) VALUES (0, 'Gast', 'gast@example.org', 'Mooi.', '<p>Mooi.</p>', 'Mooi.', 'approved', TRUE, 0, '2021-03-02 09:00:00+00:00', 1);
INSERT INTO comment (depth, name, source, html, text, status, is_shown, reply_count, created_at, parent_id, post_id) VALUES (1, 'Gast', 'Ja.', '<p>Ja.</p>', 'Ja.', 'pending', FALSE, 0, '2021-03-03 09:00:00+00:00', 1, 1);
INSERT INTO redirect (path, post_id, site_id) VALUES ('/oud', 1, 1);
INSERT INTO menu (slug, site_id) VALUES ('main', 1);
INSERT INTO menu_item (position, label, menu_id, page_id) VALUES (0, 'Over ons', 1, 1);
