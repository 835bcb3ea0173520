-- Written by python -m feature_store.flink.compiler
CREATE VIEW on_time AS
SELECT * FROM once
WHERE CURRENT_WATERMARK(row_time) IS NULL OR row_time > CURRENT_WATERMARK(row_time)
