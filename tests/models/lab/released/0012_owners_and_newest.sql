-- What a store held besides when it was kept who uploaded a picture.
INSERT INTO image (site_id, url, alt_text, media_type, user_id) VALUES (1, '/media/ui.jpg', 'Een ui', 'image/jpeg', 1);
