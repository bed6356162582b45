-- What a store held besides when clients had registered documents.
INSERT INTO persisted_document (key, source, at) VALUES ('7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b', '{ __typename }', '2021-03-01 09:00:00+00:00');
