-- Written by python -m risk.scenarios.compiler
INSERT INTO candidates
SELECT * FROM cash_structuring
UNION ALL
SELECT * FROM repeated_atm_deposits
UNION ALL
SELECT * FROM cash_report
UNION ALL
SELECT * FROM cash_without_notice
UNION ALL
SELECT * FROM pix_at_night
