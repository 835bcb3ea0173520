-- What movements were for, by more than rules: which text model decides, who had the last word, and what that needs to be decided
-- again. The model itself is a file (`insight/categories/files.py`); a row names it, and the newest row is the one to use.
create table read_model.category_model (
  model_id integer primary key generated always as identity,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  learned_from text not null,
  learned_until date not null,
  texts bigint not null check (texts >= 0),
  merchants bigint not null check (merchants >= 0),
  made_at timestamptz not null
);
grant usage on schema read_model to transform;
grant select, insert on read_model.category_model to transform;
grant select on read_model.category_model to sinks, analytics, audit;

-- By which model a generation's movements are decided; 0 is none. While `swept_account` is set they are being decided again, in the
-- order of accounts and sequences: what comes after (`swept_account`, `swept_sequence`) may still be as `category_model_before` had
-- it, or, where that is null, as nobody knows any more.
alter table read_model.position
  add column category_model integer not null default 0,
  add column category_model_before integer,
  add column swept_account uuid,
  add column swept_sequence bigint,
  add constraint sweep_has_a_place check ((swept_account is null) = (swept_sequence is null));
update read_model.position set swept_account = '00000000-0000-0000-0000-000000000000', swept_sequence = 0;

-- `counterparty_id` is who was paid, or paid, beyond this bank, as the decision names them: the merchant, else the payee.
alter table read_model.movement
  add column category_by text not null default 'rule'
    check (category_by in ('holder', 'merchant', 'code', 'text', 'rule')),
  add column counterparty_id text;
update read_model.movement m
set counterparty_id = case
  when m.amount_minor < 0 then coalesce(d.merchant_id, d.payee_id)
  when d.direction = 'credit' then d.payee_id
end
from raw.decisions d
where m.counterparty_kind = 'outside' and d.tenant_id = m.tenant_id and d.transaction_id = m.transfer_id;

-- What marts are made of: no text, no name, nobody on the other side.
grant select (generation, next_offset, as_of) on read_model.position to transform;
grant select (generation) on read_model.serving to transform;
grant select (generation, tenant_id, account_id, sequence, transfer_id, amount_minor, currency, purpose, category, category_by,
  booked_at, log_offset) on read_model.movement to transform;
create policy read_by_transform on read_model.movement for select to transform using (true);

-- An id beyond the bank may tell who somebody is.
grant update (counterparty_id) on read_model.movement to eraser;
