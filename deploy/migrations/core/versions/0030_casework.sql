-- Casework: alerts gathered into cases by whom they are about and how the money was moved, what was found, what two people decided,
-- and the trail of it all. Words about people lie sealed under their customer's key in rows that an erasure deletes (`note`,
-- `evidence`, `report_document`); all else holds pseudonyms.
grant usage on schema cases to poster;

create table cases.case (
    tenant_id     text not null,
    case_id       uuid not null,
    subject_kind  text not null check (subject_kind in ('customer', 'account', 'payee', 'transaction')),
    subject_id    text not null check (length(subject_id) between 1 and 200),
    customer_id   text check (length(customer_id) between 1 and 64),
    scheme        text not null check (scheme ~ '^[a-z][a-z0-9_]{0,47}$'),
    severity      smallint not null check (severity between 1 and 4),
    state         text not null check (state in ('open', 'analysis', 'proposed', 'to_report', 'reported', 'closed')),
    assignee      text,
    opened_by     text not null,
    opened_at     timestamptz not null,
    operation_on  date not null,
    selected_on   date not null,
    due_on        date,
    proposal      jsonb,
    proposed_by   text,
    proposed_at   timestamptz,
    judged_by     text,
    judged_at     timestamptz,
    ended_at      timestamptz,
    version       integer not null default 1,
    primary key (tenant_id, case_id),
    check ((proposal is null) = (proposed_by is null) and (proposed_by is null) = (proposed_at is null)),
    check (judged_by is null or judged_by <> proposed_by),
    check ((state in ('to_report', 'reported', 'closed')) = (judged_by is not null)),
    check ((state in ('reported', 'closed')) = (due_on is null)),
    check ((state in ('reported', 'closed')) = (ended_at is not null))
) with (fillfactor = 80);
-- One case of a subject and a scheme takes new alerts at a time.
create unique index case_that_joins on cases.case (tenant_id, subject_kind, subject_id, scheme) where state in ('open', 'analysis');
create index case_due on cases.case (tenant_id, due_on, severity, case_id) where due_on is not null;
create index case_severe on cases.case (tenant_id, severity, due_on, case_id) where due_on is not null;
create index case_newest on cases.case (tenant_id, opened_at desc, case_id desc);
create index case_of_a_customer on cases.case (tenant_id, customer_id) where customer_id is not null;

create table cases.case_alert (
    tenant_id  text not null,
    alert_id   uuid not null,
    case_id    uuid not null,
    linked_by  text not null,
    linked_at  timestamptz not null,
    primary key (tenant_id, alert_id),
    foreign key (tenant_id, alert_id) references cases.alert,
    foreign key (tenant_id, case_id) references cases.case
);
create index alert_of_a_case on cases.case_alert (tenant_id, case_id);

create table cases.note (
    tenant_id  text not null,
    note_id    uuid not null,
    case_id    uuid not null,
    kind       text not null check (kind in ('note', 'rationale', 'sent-back', 'quiet')),
    author     text not null,
    written_at timestamptz not null,
    salt       bytea not null check (length(salt) = 16),
    sealed     bytea not null check (length(sealed) <= 32768),
    primary key (tenant_id, note_id),
    foreign key (tenant_id, case_id) references cases.case
);
create index note_of_a_case on cases.note (tenant_id, case_id, written_at, note_id);

-- Bytes, or where they are: in either case what their SHA-256 is.
create table cases.evidence (
    tenant_id   text not null,
    evidence_id uuid not null,
    case_id     uuid not null,
    sha256      bytea not null check (length(sha256) = 32),
    size_bytes  integer check (size_bytes between 1 and 40000),
    added_by    text not null,
    added_at    timestamptz not null,
    salt        bytea not null check (length(salt) = 16),
    sealed      bytea not null check (length(sealed) <= 65536),
    primary key (tenant_id, evidence_id),
    unique (tenant_id, case_id, sha256),
    foreign key (tenant_id, case_id) references cases.case
);

-- Who was looked at and is no suspect of a scheme: alerts of them open no case until then. Why is a note of the case.
create table cases.quiet (
    tenant_id    text not null,
    subject_kind text not null,
    subject_id   text not null,
    scheme       text not null,
    until_on     date not null,
    case_id      uuid not null,
    note_id      uuid not null,
    judged_by    text not null,
    judged_at    timestamptz not null,
    primary key (tenant_id, subject_kind, subject_id, scheme),
    foreign key (tenant_id, case_id) references cases.case
);

-- What was done, by whom, to what: each row holds the hash of the one before it (cases/trail/chain.py). Nobody but the server's
-- owner can change or delete a row, and `baas cases verify` finds that.
create table cases.trail (
    tenant_id text not null,
    position  bigint not null check (position > 0),
    at_ms     bigint not null,
    actor     text not null check (length(actor) between 1 and 200),
    about     text not null check (about ~ '^[a-z]+/[0-9a-f-]{36}$'),
    act       text not null check (length(act) between 1 and 48),
    detail    text not null check (length(detail) <= 4096),
    previous  bytea not null check (length(previous) = 32),
    hash      bytea not null check (length(hash) = 32),
    primary key (tenant_id, position),
    unique (tenant_id, hash)
);
create index trail_of on cases.trail (tenant_id, about, position);

-- Reports to the financial intelligence unit, and yearly declarations that there was nothing to report.
create table cases.report (
    tenant_id   text not null,
    report_id   uuid not null,
    kind        text not null check (kind in ('suspicion', 'nil')),
    case_id     uuid,
    year        integer not null check (year between 2020 and 9999),
    state       text not null check (state in ('draft', 'exported', 'sent')),
    due_on      date not null,
    made_by     text not null,
    made_at     timestamptz not null,
    sha256      bytea check (length(sha256) = 32),
    exported_by text,
    exported_at timestamptz,
    receipt     text check (receipt ~ '^[0-9A-Za-z./-]{4,40}$'),
    sent_by     text,
    sent_at     timestamptz,
    version     integer not null default 1,
    primary key (tenant_id, report_id),
    foreign key (tenant_id, case_id) references cases.case,
    unique (tenant_id, case_id),
    check ((kind = 'nil') = (case_id is null)),
    check ((state = 'draft') = (sha256 is null)),
    check ((state = 'sent') = (receipt is not null))
);
create unique index nil_declaration on cases.report (tenant_id, year) where kind = 'nil';
create index report_due on cases.report (tenant_id, due_on, report_id);
create unique index report_receipt on cases.report (tenant_id, receipt) where receipt is not null;

create table cases.report_document (
    tenant_id  text not null,
    report_id  uuid not null,
    sealed     bytea not null check (length(sealed) <= 4194304),
    primary key (tenant_id, report_id),
    foreign key (tenant_id, report_id) references cases.report
);

-- No money out of an account, or of any of a customer's; whether money still comes in is said.
create table cases.freeze (
    tenant_id   text not null,
    freeze_id   uuid not null,
    customer_id text not null,
    account_id  uuid,
    cause       text not null check (cause in ('suspicion', 'court-order', 'sanctions')),
    incoming    text not null check (incoming in ('accept', 'refuse')),
    case_id     uuid,
    state       text not null check (state in ('active', 'lifting', 'lifted')),
    placed_by   text not null,
    placed_at   timestamptz not null,
    proposed_by text,
    proposed_at timestamptz,
    judged_by   text check (judged_by <> proposed_by),
    judged_at   timestamptz,
    salt        bytea not null check (length(salt) = 16),
    sealed      bytea check (length(sealed) <= 32768),
    version     integer not null default 1,
    primary key (tenant_id, freeze_id),
    foreign key (tenant_id, case_id) references cases.case,
    check ((state = 'active') = (proposed_by is null)),
    check ((state = 'lifted') = (judged_by is not null))
);
create index freeze_of on cases.freeze (tenant_id, customer_id) where state <> 'lifted';
create index freeze_newest on cases.freeze (tenant_id, placed_at desc, freeze_id desc);

do $$
declare
    named text;
begin
    foreach named in array array[
        'case', 'case_alert', 'note', 'evidence', 'quiet', 'trail', 'report', 'report_document', 'freeze'
    ] loop
        execute format('alter table cases.%I enable row level security, force row level security', named);
        execute format(
            'create policy own_tenant on cases.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', named);
        execute format('grant select, insert on cases.%I to api', named);
        execute format('grant select on cases.%I to audit', named);
    end loop;
    foreach named in array array['note', 'evidence', 'report_document'] loop
        execute format('grant select, delete on cases.%I to eraser', named);
    end loop;
    foreach named in array array['case', 'quiet', 'freeze'] loop
        execute format('grant select on cases.%I to eraser', named);
        execute format('grant select, update on cases.%I to poster', named);
    end loop;
end
$$;
grant update (state, assignee, due_on, operation_on, severity, proposal, proposed_by, proposed_at, judged_by, judged_at, ended_at,
              version) on cases.case to api;
grant update (until_on, case_id, note_id, judged_by, judged_at) on cases.quiet to api;
grant update (state, sha256, exported_by, exported_at, receipt, sent_by, sent_at, version) on cases.report to api;
grant update (sealed) on cases.report_document to api;
grant update (state, proposed_by, proposed_at, judged_by, judged_at, version) on cases.freeze to api;
grant update (subject_id) on cases.case to eraser;
grant update (subject_id) on cases.quiet to eraser;
grant select on cases.report to eraser;
grant update (sealed) on cases.freeze to eraser;

-- Gives a customer another id in casework too, beside bank.rename_customer.
create function cases.rename_customer(p_tenant text, p_old text, p_new text) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    update cases.case set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update cases.freeze set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
$$;
alter function cases.rename_customer(text, text, text) owner to poster;
revoke all on function cases.rename_customer(text, text, text) from public;
grant execute on function cases.rename_customer(text, text, text) to eraser;
