-- What says who somebody is is sealed under a key of their own, which lies in no backup of this database: a row here, and every copy
-- of it, is unreadable once the key is destroyed. A document is found by a keyed digest. Year of birth and state stay as they are:
-- groups are counted by them, and nobody is known by them alone.
alter table bank.person
    add column sealed bytea check (length(sealed) <= 8192),
    add column document_index bytea check (length(document_index) = 32);
alter table bank.beneficiary add column sealed bytea check (length(sealed) <= 8192);
alter table bank.external_account add column sealed bytea check (length(sealed) <= 8192);
-- Here the rows that are there are sealed.
drop trigger history_change on bank.person;
alter table bank.person
    drop column full_name, drop column email, drop column document, drop column phone, drop column address;
create unique index person_document on bank.person (tenant_id, document_index) where document_index is not null;
create trigger history_change after insert or update of sealed or delete on bank.person
    for each row execute function bank.say_history_change('customer', 'customer_id');
alter table bank.beneficiary
    alter column sealed set not null,
    drop column nickname, drop column holder_name, drop column pix_key, drop column branch, drop column account_number,
    add constraint beneficiary_way_check check (num_nonnulls(account_id, pix_key_kind, bank_code) = 1);
alter table bank.external_account
    alter column sealed set not null,
    drop column holder_name, drop column branch, drop column account_number, drop column statement_reference;
