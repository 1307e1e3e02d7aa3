-- People whose accounts were closed, as identity tells (PS-17): addresses that they were given open nothing any more.

CREATE TABLE departures (
  user_id     BINARY(16) NOT NULL PRIMARY KEY,
  departed_at BIGINT NOT NULL
) ENGINE = InnoDB;
