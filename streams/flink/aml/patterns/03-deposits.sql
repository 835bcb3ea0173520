-- Written by python -m risk.scenarios.compiler
CREATE VIEW deposits AS
SELECT * FROM legs WHERE channel = 'cash' AND NOT is_out
