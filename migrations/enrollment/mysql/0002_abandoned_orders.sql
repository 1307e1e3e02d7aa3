-- Orders that nobody settles any more are found by their age (domain 3.3).

CREATE INDEX orders_unsettled ON orders (status, created_at);
