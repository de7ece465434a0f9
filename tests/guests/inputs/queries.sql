-- SPDX-License-Identifier: Apache-2.0
pragma journal_mode;
create table product(id integer primary key, name text unique, price real check(price > 0));
create table sale(product int references product, day int, amount int);
with recursive n(i) as (values(1) union all select i + 1 from n where i < 400)
  insert into product select i, printf('item-%03d', i), 1 + (i * 37 % 100) / 4.0 from n;
with recursive n(i) as (values(1) union all select i + 1 from n where i < 30000)
  insert into sale select 1 + i * 7919 % 400, i % 365, 1 + i % 5 from n;
create index sale_day on sale(day, product);
select count(*), min(day), max(day), sum(amount) from sale;
select name, round(sum(price * amount), 2) as income from sale join product on product = id
  group by id order by income desc, name limit 3;
select day, total, round(avg(total) over (order by day rows 6 preceding), 3)
  from (select day, sum(amount) as total from sale group by day) order by day limit 4 offset 200;
explain query plan select * from sale where day = 3 and product = 5;
begin;
update product set price = price * 2 where id % 10 = 0;
delete from sale where day > 100;
select count(*), (select round(sum(price), 2) from product) from sale;
rollback;
select count(*), (select round(sum(price), 2) from product) from sale;
create virtual table note using fts5(body);
insert into note select 'note about ' || name || case id % 3 when 0 then ' sold out' else ' in stock' end from product;
select count(*) from note where note match 'sold AND out';
select json_group_object(name, price) from (select * from product order by id limit 3);
select hex(zeroblob(4)), typeof(1 + 1.5), coalesce(null, 'x'), strftime('%Y-%m-%d', 86400 * 365, 'unixepoch');
vacuum;
pragma integrity_check;
