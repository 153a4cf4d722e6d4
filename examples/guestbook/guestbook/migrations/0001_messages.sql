CREATE TABLE IF NOT EXISTS messages (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  -- Made with each form, so that a form that is sent twice is stored once.
  submission CHAR(32) CHARACTER SET ascii NOT NULL,
  name VARCHAR(80) NOT NULL,
  message VARCHAR(1000) NOT NULL,
  written_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY submission (submission)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
