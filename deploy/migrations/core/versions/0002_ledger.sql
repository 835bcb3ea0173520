-- The double-entry ledger.
--
-- Rows are written by the functions below alone; they belong to `poster` and check every row's tenant against its accounts.
-- There are no foreign keys between the ledger's tables: the one writer guarantees what they would check again, row by row.
create schema ledger;
grant usage on schema ledger to api, intake, alerts, audit, poster;

create table ledger.account (
    id uuid primary key,
    tenant_id text not null check (length(tenant_id) between 1 and 32),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    owner_id text check (length(owner_id) between 1 and 64),
    code text check (length(code) between 1 and 64),
    debits_posted_minor bigint not null default 0 check (debits_posted_minor >= 0),
    credits_posted_minor bigint not null default 0 check (credits_posted_minor >= 0),
    debits_pending_minor bigint not null default 0 check (debits_pending_minor >= 0),
    credits_pending_minor bigint not null default 0 check (credits_pending_minor >= 0),
    debits_must_not_exceed_credits boolean not null default false,
    credits_must_not_exceed_debits boolean not null default false,
    min_balance_minor bigint,
    closed boolean not null default false,
    frozen_debits boolean not null default false,
    frozen_credits boolean not null default false,
    version bigint not null default 0,
    booked_at timestamptz not null,
    opened_at timestamptz not null,
    check (owner_id is not null or code is not null)
) with (fillfactor = 50);
create unique index account_code on ledger.account (tenant_id, currency, code) where code is not null;
create index account_owner on ledger.account (tenant_id, owner_id) where owner_id is not null;

-- One row a decided intent, whatever became of it. `posted_minor` is what moved: less than `amount_minor` when a hold was
-- posted in part. `answer` is the whole decision, as it was given.
create table ledger.transfer (
    id uuid primary key,
    tenant_id text not null,
    status text not null
        check (status in ('posted', 'held', 'voided', 'expired', 'denied', 'failed', 'observed', 'abandoned')),
    purpose text not null check (purpose in ('transfer', 'opening', 'fee', 'reversal')),
    debit_account_id uuid,
    credit_account_id uuid,
    amount_minor bigint not null check (amount_minor > 0),
    posted_minor bigint not null default 0,
    reversed_minor bigint not null default 0,
    currency text not null,
    reverses_id uuid,
    door text check (length(door) <= 16),
    reason text check (length(reason) <= 64),
    expires_at timestamptz,
    occurred_at timestamptz not null,
    booked_at timestamptz not null,
    resolved_at timestamptz,
    answer bytea,
    check (posted_minor between 0 and amount_minor),
    check (reversed_minor between 0 and posted_minor),
    check (status = 'posted' or posted_minor = 0),
    check (status not in ('posted', 'held') or (debit_account_id is not null and credit_account_id is not null))
) with (fillfactor = 90);
create index transfer_held on ledger.transfer (expires_at) where status = 'held';

-- One row a movement of one account. `version` counts an account's entries from 1; `delta_minor` is positive for a credit;
-- `booked_at` never goes back within an account, so that the balance at a past moment is one index read. `value_at` is when
-- the money counts (a backdated entry has an earlier one); nothing is ever rewritten.
create table ledger.entry (
    account_id uuid not null,
    version bigint not null,
    tenant_id text not null,
    transfer_id uuid not null,
    delta_minor bigint not null,
    balance_after_minor bigint not null,
    value_at timestamptz not null,
    booked_at timestamptz not null,
    primary key (account_id, version)
);
create index entry_booked on ledger.entry (account_id, booked_at, version);

alter table ledger.account enable row level security, force row level security;
alter table ledger.transfer enable row level security, force row level security;
alter table ledger.entry enable row level security, force row level security;
create policy own_tenant on ledger.account for select using (tenant_id = (select public.current_tenant()));
create policy own_tenant on ledger.transfer for select using (tenant_id = (select public.current_tenant()));
create policy own_tenant on ledger.entry for select using (tenant_id = (select public.current_tenant()));
grant select on ledger.account, ledger.transfer, ledger.entry to api, intake, alerts;
grant select, insert, update on ledger.account, ledger.transfer to poster;
grant select, insert on ledger.entry to poster;

create function ledger.at(p_ms bigint) returns timestamptz
language sql immutable strict parallel safe
as $$ select timestamptz 'epoch' + p_ms * interval '1 millisecond' $$;

-- Opens accounts, each once: `opened`, `duplicate` (the same account is there) or `conflict` with the first field that differs.
create function ledger.open_accounts(
    p_ids uuid[], p_tenants text[], p_currencies text[], p_owners text[], p_codes text[], p_no_overdraft boolean[],
    p_no_overcredit boolean[], p_min_balances bigint[], p_now_ms bigint
)
returns table (outcome text, field text)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
    return query
    with asked as materialized (
        select a.*, row_number() over (partition by a.id order by a.ord) as turn
        from unnest(p_ids, p_tenants, p_currencies, p_owners, p_codes, p_no_overdraft, p_no_overcredit, p_min_balances)
            with ordinality as a (id, tenant_id, currency, owner_id, code, no_overdraft, no_overcredit, min_balance, ord)
    ),
    opened as (
        insert into ledger.account (
            id, tenant_id, currency, owner_id, code, debits_must_not_exceed_credits, credits_must_not_exceed_debits,
            min_balance_minor, booked_at, opened_at
        )
        select
            a.id, a.tenant_id, a.currency, a.owner_id, a.code, coalesce(a.no_overdraft, false),
            coalesce(a.no_overcredit, false), a.min_balance, timestamptz 'epoch', ledger.at(p_now_ms)
        from asked a
        where a.turn = 1
        order by a.id
        on conflict (id) do nothing
        returning *
    ),
    present as (
        select * from opened
        union all
        select c.* from ledger.account c where c.id in (select a.id from asked a) and c.id not in (select o.id from opened o)
    ),
    compared as (
        select
            a.ord, a.turn, p.id is not null as known, o.id is not null as fresh,
            case
                when p.tenant_id <> a.tenant_id then 'tenant_id'
                when p.currency <> a.currency then 'currency'
                when p.owner_id is distinct from a.owner_id then 'owner_id'
                when p.code is distinct from a.code then 'code'
                when p.debits_must_not_exceed_credits <> coalesce(a.no_overdraft, false) then 'debits_must_not_exceed_credits'
                when p.credits_must_not_exceed_debits <> coalesce(a.no_overcredit, false) then 'credits_must_not_exceed_debits'
                when p.min_balance_minor is distinct from a.min_balance then 'min_balance_minor'
            end as differs
        from asked a
        left join present p on p.id = a.id
        left join opened o on o.id = a.id
    )
    select
        case when c.differs is not null then 'conflict' when c.fresh and c.turn = 1 then 'opened' else 'duplicate' end,
        c.differs
    from compared c
    order by c.ord;
end
$$;

-- Changes what an account allows; a null leaves it as it is. Answers `changed`, `not-found` or `not-empty` (only an account
-- without balance and without holds can be closed).
create function ledger.change_account(
    p_tenant text, p_id uuid, p_closed boolean, p_frozen_debits boolean, p_frozen_credits boolean, p_min_balance bigint
) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_account ledger.account;
begin
    select * into v_account from ledger.account a where a.id = p_id and a.tenant_id = p_tenant for update;
    if not found then
        return 'not-found';
    end if;
    if p_closed and (
        v_account.credits_posted_minor <> v_account.debits_posted_minor
        or v_account.debits_pending_minor <> 0 or v_account.credits_pending_minor <> 0
    ) then
        return 'not-empty';
    end if;
    update ledger.account a
    set closed = coalesce(p_closed, a.closed),
        frozen_debits = coalesce(p_frozen_debits, a.frozen_debits),
        frozen_credits = coalesce(p_frozen_credits, a.frozen_credits),
        min_balance_minor = coalesce(p_min_balance, a.min_balance_minor)
    where a.id = p_id;
    return 'changed';
end
$$;

-- Holds whose time has run out, of every tenant: for the sweeper, which expires each through post_batch.
create function ledger.expired_holds(p_now_ms bigint, p_limit integer) returns table (tenant_id text, transfer_id uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select t.tenant_id, t.id
    from ledger.transfer t
    where t.status = 'held' and t.expires_at <= ledger.at(p_now_ms)
    order by t.expires_at
    limit least(p_limit, 10000)
$$;

-- Posts a batch: arrays in, one answer a row out, in order; the same answers that one row after another would give.
--
-- The accounts are locked in id order and read into arrays; the rows are then taken in order against those arrays, in memory,
-- so that a row that breaks a limit leaves no trace and disturbs no other; at the end each table is written once: one netted
-- update an account, then entries, transfers, claims and outbox rows from what was accepted.
--
-- kinds: post, hold, deny, observe, abandon make a transfer row; post_pending, void_pending, expire end a hold (`p_ids` names
-- it). outcomes: posted, held, denied, observed, abandoned, voided, expired, failed (with a code), duplicate, conflict (with the
-- field that differs). `status` is the transfer's status afterwards.
-- Rows of one linked group (`p_groups`) stand together; all take effect, or none does.
-- Events and response bodies come without their first fields: `{"status":"posted",` is put before them here, because only here
-- is it known. A row whose event is null and which ends a hold gets one made from the hold.
create function ledger.post_batch(
    p_now_ms bigint, p_topic text, p_ids uuid[], p_kinds text[], p_tenants text[], p_debits uuid[], p_credits uuid[],
    p_amounts bigint[], p_currencies text[], p_purposes text[], p_occurred_ms bigint[], p_booked_ms bigint[], p_groups integer[],
    p_expires_ms bigint[], p_reverses uuid[], p_doors text[], p_reasons text[], p_answers bytea[], p_events bytea[],
    p_headers jsonb[], p_keys text[], p_response_statuses smallint[], p_response_bodies bytea[]
)
returns table (outcome text, code text, field text, status text)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    c_most_minor constant bigint := 4000000000000000000;
    v_now constant timestamptz := ledger.at(p_now_ms);
    -- Accounts in id order.
    a_id uuid[];
    a_tenant text[];
    a_currency text[];
    a_closed boolean[];
    a_frozen_debits boolean[];
    a_frozen_credits boolean[];
    a_floor bigint[];
    a_ceiling boolean[];
    a_debits bigint[];
    a_credits bigint[];
    a_debits_pending bigint[];
    a_credits_pending bigint[];
    a_version bigint[];
    a_booked timestamptz[];
    -- Transfers that a row is, ends or reverses, in id order; status is null while there is none.
    t_id uuid[];
    t_status text[];
    t_tenant text[];
    t_debit uuid[];
    t_credit uuid[];
    t_d integer[];
    t_c integer[];
    t_amount bigint[];
    t_posted bigint[];
    t_reversed bigint[];
    t_currency text[];
    t_purpose text[];
    t_reverses uuid[];
    t_door text[];
    t_reason text[];
    t_expires timestamptz[];
    t_stored boolean[];
    t_changed boolean[];
    -- Answers, in row order.
    r_outcome text[] := array_fill(null::text, array[cardinality(p_ids)]);
    r_code text[] := r_outcome;
    r_field text[] := r_outcome;
    r_status text[] := r_outcome;
    r_event text[] := r_outcome;
    r_new boolean[] := array_fill(false, array[cardinality(p_ids)]);
    r_k integer[] := array_fill(null::integer, array[cardinality(p_ids)]);
    -- Legs of what moved, in order.
    l_count integer := 0;
    l_a integer[];
    l_row integer[];
    l_version bigint[];
    l_delta bigint[];
    l_balance bigint[];
    l_booked timestamptz[];
    -- The linked group that is being taken: how its rows so far can be undone.
    g_id integer;
    g_failed boolean := false;
    g_first integer;
    g_rows integer[];
    g_reasons text[];
    g_moved bigint[];
    g_pending bigint[];
    g_legs integer;
    g_members integer[];
    row record;
    v_outcome text;
    v_code text;
    v_field text;
    v_status text;
    v_reason_before text;
    v_moved bigint;
    v_pending bigint;
    d integer;
    c integer;
    i integer;
    m integer;
    v_any_stored_change boolean := false;
    v_expected integer;
    v_written integer;
begin
    select
        array_agg(a.id), array_agg(a.tenant_id), array_agg(a.currency), array_agg(a.closed), array_agg(a.frozen_debits),
        array_agg(a.frozen_credits),
        array_agg(case when a.debits_must_not_exceed_credits then greatest(0, a.min_balance_minor) else a.min_balance_minor end),
        array_agg(a.credits_must_not_exceed_debits), array_agg(a.debits_posted_minor), array_agg(a.credits_posted_minor),
        array_agg(a.debits_pending_minor), array_agg(a.credits_pending_minor), array_agg(a.version), array_agg(a.booked_at)
    into
        a_id, a_tenant, a_currency, a_closed, a_frozen_debits, a_frozen_credits, a_floor, a_ceiling, a_debits, a_credits,
        a_debits_pending, a_credits_pending, a_version, a_booked
    from (
        select *
        from ledger.account
        where id = any (array(
            select asked.debit from unnest(p_kinds, p_debits) as asked (kind, debit) where asked.kind in ('post', 'hold')
            union
            select asked.credit from unnest(p_kinds, p_credits) as asked (kind, credit) where asked.kind in ('post', 'hold')
            union
            select unnest(array[t.debit_account_id, t.credit_account_id])
            from unnest(p_kinds, p_ids) as asked (kind, id)
            join ledger.transfer t on t.id = asked.id
            where asked.kind in ('post_pending', 'void_pending', 'expire')
        ))
        order by id
        for update
    ) a;

    select
        array_agg(n.id order by n.id), array_agg(t.status order by n.id), array_agg(t.tenant_id order by n.id),
        array_agg(t.debit_account_id order by n.id), array_agg(t.credit_account_id order by n.id),
        array_agg(array_position(a_id, t.debit_account_id) order by n.id),
        array_agg(array_position(a_id, t.credit_account_id) order by n.id),
        array_agg(t.amount_minor order by n.id), array_agg(coalesce(t.posted_minor, 0) order by n.id),
        array_agg(coalesce(t.reversed_minor, 0) order by n.id), array_agg(t.currency order by n.id),
        array_agg(t.purpose order by n.id), array_agg(t.reverses_id order by n.id), array_agg(t.door order by n.id),
        array_agg(t.reason order by n.id), array_agg(t.expires_at order by n.id), array_agg(t.id is not null order by n.id),
        array_agg(false order by n.id)
    into
        t_id, t_status, t_tenant, t_debit, t_credit, t_d, t_c, t_amount, t_posted, t_reversed, t_currency, t_purpose, t_reverses,
        t_door, t_reason, t_expires, t_stored, t_changed
    from (select unnest(p_ids) as id union select unnest(p_reverses)) n
    left join ledger.transfer t on t.id = n.id
    where n.id is not null;

    for row in
        with asked as materialized (
            select r.*
            from unnest(
                p_ids, p_kinds, p_tenants, p_debits, p_credits, p_amounts, p_currencies, p_purposes, p_booked_ms, p_groups,
                p_expires_ms, p_reverses, p_doors, p_reasons
            ) with ordinality as r (
                id, kind, tenant_id, debit, credit, amount, currency, purpose, booked_ms, linked, expires_ms, reverses, door,
                reason, ord
            )
        ),
        account as materialized (select a.id, a.n::integer as n from unnest(a_id) with ordinality as a (id, n)),
        named as materialized (select t.id, t.n::integer as n from unnest(t_id) with ordinality as t (id, n)),
        -- A transfer that several rows speak of must be remembered whole.
        spoken as materialized (
            select q.id from (select id from asked union all select reverses from asked where reverses is not null) q
            group by q.id having count(*) > 1
        )
        select
            r.id, r.kind, r.tenant_id, r.debit, r.credit, r.amount, r.currency, r.purpose, ledger.at(r.booked_ms) as booked_at,
            r.linked, ledger.at(r.expires_ms) as expires_at, r.reverses, r.door, r.reason, r.ord::integer as ord,
            k.n as k, o.n as o, da.n as d, ca.n as c, s.id is not null as spoken
        from asked r
        join named k on k.id = r.id
        left join named o on o.id = r.reverses
        left join account da on da.id = r.debit
        left join account ca on ca.id = r.credit
        left join spoken s on s.id = r.id
        order by r.ord
    loop
        if row.linked is distinct from g_id then
            if row.linked = any (g_members) then
                raise exception 'the rows of linked group % do not stand together', row.linked using errcode = '22023';
            end if;
            g_id := row.linked;
            g_failed := false;
            g_first := row.ord;
            g_rows := '{}';
            g_reasons := '{}';
            g_moved := '{}';
            g_pending := '{}';
            g_legs := l_count;
            if g_id is not null then
                g_members := g_members || g_id;
            end if;
        end if;
        if g_id is not null and row.kind not in ('post', 'hold', 'post_pending', 'void_pending') then
            raise exception 'a row of kind % cannot be linked', row.kind using errcode = '22023';
        end if;
        v_outcome := null;
        v_code := null;
        v_field := null;
        v_moved := 0;
        v_pending := 0;
        v_status := t_status[row.k];
        v_reason_before := t_reason[row.k];

        if row.kind in ('post', 'hold', 'deny', 'observe', 'abandon') then
            if v_status is not null then
                v_field := case
                    when t_tenant[row.k] <> row.tenant_id then 'tenant_id'
                    when t_debit[row.k] <> row.debit then 'debit_account_id'
                    when t_credit[row.k] <> row.credit then 'credit_account_id'
                    when t_amount[row.k] <> row.amount then 'amount_minor'
                    when t_currency[row.k] <> row.currency then 'currency'
                    when t_purpose[row.k] <> row.purpose then 'purpose'
                    when t_reverses[row.k] is distinct from row.reverses then 'reverses_id'
                end;
                v_outcome := case when v_field is null then 'duplicate' else 'conflict' end;
                v_code := case when v_field is null then t_reason[row.k] end;
            elsif row.kind in ('post', 'hold') then
                d := row.d;
                c := row.c;
                -- Where the answer needs two looks at an array it is asked for once: this runs a hundred times a batch.
                if g_failed then
                    v_code := 'linked-failed';
                elsif d is null or c is null or a_tenant[d] <> row.tenant_id or a_tenant[c] <> row.tenant_id then
                    v_code := 'account-not-found';
                elsif d = c then
                    v_code := 'same-account';
                elsif a_currency[d] <> row.currency or a_currency[c] <> row.currency then
                    v_code := 'currency-mismatch';
                elsif a_closed[d] or a_closed[c] then
                    v_code := 'account-closed';
                elsif a_frozen_debits[d] or a_frozen_credits[c] then
                    v_code := 'account-frozen';
                elsif row.o is not null and t_status[row.o] is null or t_tenant[row.o] <> row.tenant_id then
                    v_code := 'original-not-found';
                elsif row.o is not null and t_status[row.o] <> 'posted' then
                    v_code := 'original-not-posted';
                elsif row.o is not null and (t_debit[row.o] <> row.credit or t_credit[row.o] <> row.debit) then
                    v_code := 'reversal-mismatch';
                elsif row.o is not null and t_reversed[row.o] + row.amount > t_posted[row.o] then
                    v_code := 'exceeds-original';
                elsif a_credits[d] - a_debits[d] - a_debits_pending[d] - row.amount < a_floor[d] then
                    v_code := 'insufficient-funds';
                elsif a_ceiling[c] and a_credits[c] + a_credits_pending[c] + row.amount > a_debits[c] then
                    v_code := 'credit-limit-exceeded';
                elsif a_debits[d] + a_debits_pending[d] + row.amount > c_most_minor
                    or a_credits[c] + a_credits_pending[c] + row.amount > c_most_minor then
                    v_code := 'balance-overflow';
                elsif row.kind = 'post' then
                    v_outcome := 'posted';
                    v_moved := row.amount;
                    if row.o is not null then
                        t_reversed[row.o] := t_reversed[row.o] + row.amount;
                        t_changed[row.o] := true;
                    end if;
                else
                    v_outcome := 'held';
                    v_pending := row.amount;
                end if;
                if v_outcome is null then
                    v_outcome := 'failed';
                end if;
            else
                v_outcome := case row.kind when 'deny' then 'denied' when 'observe' then 'observed' else 'abandoned' end;
                v_code := row.reason;
            end if;
            if v_status is null then
                v_status := v_outcome;
                t_status[row.k] := v_outcome;
                t_reason[row.k] := coalesce(v_code, row.reason);
                t_posted[row.k] := v_moved;
                r_new[row.ord] := true;
                if row.spoken then
                    t_tenant[row.k] := row.tenant_id;
                    t_debit[row.k] := row.debit;
                    t_credit[row.k] := row.credit;
                    t_d[row.k] := row.d;
                    t_c[row.k] := row.c;
                    t_amount[row.k] := row.amount;
                    t_currency[row.k] := row.currency;
                    t_purpose[row.k] := row.purpose;
                    t_reverses[row.k] := row.reverses;
                    t_door[row.k] := row.door;
                    t_expires[row.k] := row.expires_at;
                end if;
                r_event[row.ord] := v_outcome;
            end if;
        else
            d := t_d[row.k];
            c := t_c[row.k];
            if v_status is null or t_tenant[row.k] <> row.tenant_id then
                v_outcome := 'failed';
                v_code := 'transfer-not-found';
                v_status := null;
            elsif v_status <> 'held' then
                if row.kind = 'post_pending' and v_status = 'posted' then
                    v_field := case when coalesce(row.amount, t_posted[row.k]) <> t_posted[row.k] then 'amount_minor' end;
                elsif (row.kind, v_status) not in (('void_pending', 'voided'), ('expire', 'expired')) then
                    v_field := 'status';
                end if;
                v_outcome := case when v_field is null then 'duplicate' else 'conflict' end;
                v_code := case when v_field is null then t_reason[row.k] end;
            else
                if g_failed then
                    v_code := 'linked-failed';
                elsif row.kind = 'post_pending' then
                    v_moved := coalesce(row.amount, t_amount[row.k]);
                    v_code := case
                        when v_moved > t_amount[row.k] then 'exceeds-hold'
                        when t_expires[row.k] <= v_now then 'hold-expired'
                        when a_closed[d] or a_closed[c] then 'account-closed'
                        when a_frozen_debits[d] or a_frozen_credits[c] then 'account-frozen'
                    end;
                    v_status := 'posted';
                elsif row.kind = 'void_pending' then
                    v_status := 'voided';
                elsif t_expires[row.k] <= v_now then
                    v_status := 'expired';
                else
                    v_code := 'hold-not-expired';
                end if;
                if v_code is not null then
                    v_outcome := 'failed';
                    v_status := 'held';
                    v_moved := 0;
                else
                    v_outcome := v_status;
                    v_code := case v_status
                        when 'voided' then coalesce(row.reason, 'hold-voided') when 'expired' then 'hold-expired'
                    end;
                    v_pending := -t_amount[row.k];
                    t_status[row.k] := v_status;
                    t_reason[row.k] := v_code;
                    t_posted[row.k] := v_moved;
                    t_changed[row.k] := true;
                    r_event[row.ord] := case v_status when 'voided' then 'denied' when 'expired' then 'abandoned' else v_status end;
                end if;
            end if;
        end if;

        if v_pending <> 0 then
            a_debits_pending[d] := a_debits_pending[d] + v_pending;
            a_credits_pending[c] := a_credits_pending[c] + v_pending;
        end if;
        if v_moved <> 0 then
            a_debits[d] := a_debits[d] + v_moved;
            a_credits[c] := a_credits[c] + v_moved;
            a_version[d] := a_version[d] + 1;
            a_version[c] := a_version[c] + 1;
            a_booked[d] := greatest(row.booked_at, a_booked[d]);
            a_booked[c] := greatest(row.booked_at, a_booked[c]);
            l_count := l_count + 1;
            l_a[l_count] := d;
            l_row[l_count] := row.ord;
            l_version[l_count] := a_version[d];
            l_delta[l_count] := -v_moved;
            l_balance[l_count] := a_credits[d] - a_debits[d];
            l_booked[l_count] := a_booked[d];
            l_count := l_count + 1;
            l_a[l_count] := c;
            l_row[l_count] := row.ord;
            l_version[l_count] := a_version[c];
            l_delta[l_count] := v_moved;
            l_balance[l_count] := a_credits[c] - a_debits[c];
            l_booked[l_count] := a_booked[c];
        end if;
        r_outcome[row.ord] := v_outcome;
        r_code[row.ord] := v_code;
        r_field[row.ord] := v_field;
        r_status[row.ord] := case when v_field is distinct from 'tenant_id' then v_status end;
        r_k[row.ord] := row.k;

        if g_id is not null then
            if v_outcome in ('failed', 'conflict') or v_outcome = 'duplicate' and v_status not in ('posted', 'held')
                and row.kind in ('post', 'hold', 'post_pending') then
                if not g_failed then
                    -- Undo what the group's rows did, last first.
                    for i in reverse cardinality(g_rows)..1 loop
                        m := g_rows[i];
                        if p_kinds[m] in ('post', 'hold') then
                            d := array_position(a_id, p_debits[m]);
                            c := array_position(a_id, p_credits[m]);
                            t_status[r_k[m]] := 'failed';
                            t_reason[r_k[m]] := 'linked-failed';
                            r_event[m] := 'failed';
                            if p_reverses[m] is not null then
                                t_reversed[array_position(t_id, p_reverses[m])] :=
                                    t_reversed[array_position(t_id, p_reverses[m])] - g_moved[i];
                            end if;
                        else
                            d := t_d[r_k[m]];
                            c := t_c[r_k[m]];
                            t_status[r_k[m]] := 'held';
                            t_reason[r_k[m]] := g_reasons[i];
                            r_event[m] := null;
                        end if;
                        t_posted[r_k[m]] := 0;
                        r_outcome[m] := 'failed';
                        r_code[m] := 'linked-failed';
                        a_debits[d] := a_debits[d] - g_moved[i];
                        a_credits[c] := a_credits[c] - g_moved[i];
                        a_debits_pending[d] := a_debits_pending[d] - g_pending[i];
                        a_credits_pending[c] := a_credits_pending[c] - g_pending[i];
                        if g_moved[i] <> 0 then
                            a_version[d] := a_version[d] - 1;
                            a_version[c] := a_version[c] - 1;
                        end if;
                    end loop;
                    -- A repetition inside the group answered what has just been undone: it answers what stands now.
                    for m in g_first..row.ord - 1 loop
                        if r_outcome[m] = 'duplicate' and r_status[m] <> t_status[r_k[m]] then
                            if p_kinds[m] in ('post', 'hold') then
                                r_code[m] := t_reason[r_k[m]];
                            else
                                r_outcome[m] := 'failed';
                                r_code[m] := 'linked-failed';
                            end if;
                        end if;
                        if r_status[m] is not null then
                            r_status[m] := t_status[r_k[m]];
                        end if;
                    end loop;
                    if r_status[row.ord] is not null then
                        r_status[row.ord] := t_status[row.k];
                    end if;
                    l_count := g_legs;
                    g_failed := true;
                end if;
            elsif v_outcome <> 'duplicate' then
                g_rows := g_rows || row.ord;
                g_reasons := array_append(g_reasons, v_reason_before);
                g_moved := g_moved || v_moved;
                g_pending := g_pending || v_pending;
            end if;
        end if;
    end loop;

    update ledger.account a
    set debits_posted_minor = n.debits,
        credits_posted_minor = n.credits,
        debits_pending_minor = n.debits_pending,
        credits_pending_minor = n.credits_pending,
        version = n.version,
        booked_at = n.booked_at
    from unnest(a_id, a_debits, a_credits, a_debits_pending, a_credits_pending, a_version, a_booked)
        as n (id, debits, credits, debits_pending, credits_pending, version, booked_at)
    where a.id = n.id
        and (a.version <> n.version or a.debits_pending_minor <> n.debits_pending or a.credits_pending_minor <> n.credits_pending);

    if l_count > 0 then
        insert into ledger.entry (
            account_id, version, tenant_id, transfer_id, delta_minor, balance_after_minor, value_at, booked_at
        )
        select
            a_id[l.a], l.version, a_tenant[l.a], p_ids[l.row], l.delta, l.balance, ledger.at(p_occurred_ms[l.row]), l.booked_at
        from unnest(
            l_a[1:l_count], l_row[1:l_count], l_version[1:l_count], l_delta[1:l_count], l_balance[1:l_count], l_booked[1:l_count]
        ) as l (a, row, version, delta, balance, booked_at);
    end if;

    v_expected := cardinality(array_positions(r_new, true));
    if v_expected > 0 then
        insert into ledger.transfer (
            id, tenant_id, status, purpose, debit_account_id, credit_account_id, amount_minor, posted_minor, reversed_minor,
            currency, reverses_id, door, reason, expires_at, occurred_at, booked_at, resolved_at, answer
        )
        select
            r.id, r.tenant_id, t_status[r.k], r.purpose, r.debit, r.credit, r.amount, t_posted[r.k], t_reversed[r.k],
            r.currency, r.reverses, r.door, t_reason[r.k], ledger.at(r.expires_ms), ledger.at(r.occurred_ms),
            ledger.at(r.booked_ms), case when r.kind = 'hold' and t_status[r.k] not in ('held', 'failed') then v_now end, r.answer
        from unnest(
            p_ids, p_kinds, p_tenants, p_debits, p_credits, p_amounts, p_currencies, p_purposes, p_occurred_ms, p_booked_ms,
            p_expires_ms, p_reverses, p_doors, p_answers, r_new, r_k
        ) as r (
            id, kind, tenant_id, debit, credit, amount, currency, purpose, occurred_ms, booked_ms, expires_ms, reverses, door,
            answer, is_new, k
        )
        where r.is_new
        order by r.id
        on conflict (id) do nothing;
        get diagnostics v_written = row_count;
        if v_written <> v_expected then
            -- Another batch committed one of these ids after we had looked: the next attempt will see it.
            raise exception 'a transfer of this batch was written by another one' using errcode = 'serialization_failure';
        end if;
    end if;

    update ledger.transfer t
    set status = n.status,
        reason = n.reason,
        posted_minor = n.posted,
        reversed_minor = n.reversed,
        resolved_at = case when t.status = 'held' and n.status <> 'held' then v_now else t.resolved_at end
    from unnest(t_id, t_status, t_reason, t_posted, t_reversed, t_stored, t_changed)
        as n (id, status, reason, posted, reversed, stored, changed)
    where n.stored and n.changed and t.id = n.id
        and (t.status, t.posted_minor, t.reversed_minor) is distinct from (n.status, n.posted, n.reversed);

    if p_keys is not null then
        update idempotency.claim c
        set state = 'done',
            outcome = r.status,
            code = r.code,
            response_status = case when r.status <> 'failed' then r.response_status end,
            response_body = ledger.with_status(r.status, r.code, r.body),
            completed_at = v_now
        from unnest(p_keys, p_tenants, p_ids, r_outcome, r_status, r_code, p_response_statuses, p_response_bodies)
            as r (key, tenant_id, id, outcome, status, code, response_status, body)
        where c.tenant_id = r.tenant_id and c.key = r.key and c.transfer_id = r.id and c.state = 'running'
            and r.outcome <> 'conflict' and r.status is not null;
    end if;

    insert into outbox.event (topic, key, payload, headers)
    select
        p_topic, r.tenant_id,
        ledger.with_status(r.event, case when r.event <> 'posted' and r.event <> 'held' then r.code end, coalesce(
            r.body,
            convert_to(format(
                '"schema":1,"event_id":"%s","tenant_id":%s,"transfer_id":"%s","purpose":"%s","occurred_at":%s,"amount_minor":%s,'
                '"currency":"%s","debit_account_id":"%s","credit_account_id":"%s"%s}',
                gen_random_uuid(), to_json(r.tenant_id), r.id, t_purpose[r.k], r.occurred_ms,
                coalesce(nullif(t_posted[r.k], 0), t_amount[r.k]), t_currency[r.k], t_debit[r.k], t_credit[r.k],
                ',"door":' || to_json(t_door[r.k])
            ), 'UTF8')
        )),
        r.headers
    from unnest(p_ids, p_tenants, p_occurred_ms, p_events, p_headers, r_event, r_code, r_k)
        with ordinality as r (id, tenant_id, occurred_ms, body, headers, event, code, k, ord)
    where r.event is not null
    order by r.ord;

    return query select * from unnest(r_outcome, r_code, r_field, r_status);
end
$$;

-- The bytes of a JSON object whose first fields are `status` and, when there is one, `reason`; `p_rest` is all after them.
create function ledger.with_status(p_status text, p_reason text, p_rest bytea) returns bytea
language sql immutable parallel safe
as $$
    select convert_to(
        '{"status":"' || p_status || '",' || case when p_reason is null then '' else '"reason":' || to_json(p_reason) || ',' end,
        'UTF8'
    ) || p_rest
$$;

alter function ledger.open_accounts(uuid[], text[], text[], text[], text[], boolean[], boolean[], bigint[], bigint)
    owner to poster;
alter function ledger.change_account(text, uuid, boolean, boolean, boolean, bigint) owner to poster;
alter function ledger.expired_holds(bigint, integer) owner to poster;
alter function ledger.post_batch(
    bigint, text, uuid[], text[], text[], uuid[], uuid[], bigint[], text[], text[], bigint[], bigint[], integer[], bigint[],
    uuid[], text[], text[], bytea[], bytea[], jsonb[], text[], smallint[], bytea[]
) owner to poster;
revoke all on all functions in schema ledger from public;
grant execute on all functions in schema ledger to api, intake, poster;
revoke execute on function ledger.open_accounts(uuid[], text[], text[], text[], text[], boolean[], boolean[], bigint[], bigint)
    from intake;
revoke execute on function ledger.change_account(text, uuid, boolean, boolean, boolean, bigint) from intake;
