INSERT INTO job (work, payload, key, lane, state, tries, run_at, created_at) VALUES ('count_due', '{}', 'timetable:count_due', 1, 'waiting', 0, 0.0, 1614589200.0);
INSERT INTO job (work, payload, lane, state, tries, error, run_at, created_at) VALUES ('count_due', '{}', 0, 'buried', 9, 'ValueError', 0.0, 1614589200.0);
