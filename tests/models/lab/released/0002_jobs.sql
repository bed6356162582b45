-- What a store held besides when it kept promises of work.
INSERT INTO schedule (work, next_at) VALUES ('count_due', '2021-03-01 09:01:00+00:00');
