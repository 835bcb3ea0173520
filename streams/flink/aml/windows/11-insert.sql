-- Written by python -m risk.scenarios.compiler
INSERT INTO candidates
SELECT * FROM fan_in
UNION ALL
SELECT * FROM fan_out
UNION ALL
SELECT * FROM pass_through
UNION ALL
SELECT * FROM repeated_amounts
UNION ALL
SELECT * FROM just_under_a_limit
