INSERT INTO pgqueuer (priority, status, entrypoint, dedupe_key, payload, headers, attempts) VALUES (1, 'queued', 'count_due:1', 'timetable:count_due', '{}', '{"key": "timetable:count_due"}', 0);
INSERT INTO pgqueuer (priority, status, entrypoint, payload, headers, attempts) VALUES (0, 'failed', 'count_due:0', '{}', '{"error": "ValueError"}', 9);
INSERT INTO pgqueuer_log (job_id, status, priority, entrypoint) VALUES (1, 'queued', 1, 'count_due:1');
