-- What a store held when bylines and tags kept the moment of their post.
UPDATE byline SET published_at = (SELECT post.published_at FROM post WHERE post.id = post_id AND status = 'published');
UPDATE tagging SET published_at = (SELECT post.published_at FROM post WHERE post.id = post_id AND status = 'published');
