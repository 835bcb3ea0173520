-- The sealed chain: what each batch changed is noted beside it, chained in commit order, gathered into blocks and signed.

-- Nobody is this role but the sealer: it reads the journal and writes the chain, and sees no account and no transfer.
do $$
begin
    if not exists (select from pg_roles where rolname = 'sealer') then
        create role sealer login;
    end if;
exception
    when duplicate_object or unique_violation then null;
end
$$;

-- What is sealed of a transfer: its row as it is, and the hash of what not everybody may see who may see the transfer (the two
-- entries that moved its money, with the balances after them, and the decision), salted so that it cannot be guessed.
--
-- Both are records in PostgreSQL's binary form: the number of columns, then each column's type, length (-1: null) and value,
-- big-endian. `reversed_minor` is no part of it: it is the sum of the reversals, which are sealed themselves.
create function ledger.leaf(t ledger.transfer, d ledger.entry, c ledger.entry, p_salt uuid) returns bytea
language sql stable parallel safe
return pg_catalog.record_send(row(
    (t).id, (t).tenant_id, (t).status, (t).purpose, (t).debit_account_id, (t).credit_account_id, (t).amount_minor,
    (t).posted_minor, (t).currency, (t).reverses_id, (t).door, (t).reason, (t).expires_at, (t).occurred_at, (t).booked_at,
    (t).resolved_at,
    pg_catalog.sha256(pg_catalog.record_send(row(
        p_salt, (t).answer,
        (d).account_id, (d).version, (d).tenant_id, (d).transfer_id, (d).delta_minor, (d).balance_after_minor, (d).value_at,
        (d).booked_at,
        (c).account_id, (c).version, (c).tenant_id, (c).transfer_id, (c).delta_minor, (c).balance_after_minor, (c).value_at,
        (c).booked_at
    )))
));

-- One row a batch that made a transfer or ended a hold, written by that batch while it holds the locks of its accounts: the ids
-- agree with the order of commits wherever two batches share an account, and an id that is missing was rolled back.
--
-- One digest a transfer (SHA-256 of its `leaf`), in the order of the batch. `held_reasons` is what the reason of a hold was
-- while it was held, null for the others: the end of a hold overwrites it, and without it the digest could not be made again.
create table ledger.journal (
    id bigint generated always as identity primary key,
    booked_at timestamptz not null,
    salt uuid not null,
    transfer_ids uuid[] not null check (cardinality(transfer_ids) > 0),
    digests bytea[] not null check (cardinality(digests) = cardinality(transfer_ids)),
    held_reasons text[] check (cardinality(held_reasons) = cardinality(transfer_ids))
);
-- Hashes do not get smaller: nothing is tried to compress them.
alter table ledger.journal alter column transfer_ids set storage external, alter column digests set storage external;
alter table ledger.journal enable row level security, force row level security;
create policy sealed on ledger.journal for select to sealer using (true);
grant insert on ledger.journal to poster;
grant usage on schema ledger to sealer;
grant select on ledger.journal to sealer;

-- What was booked before there was a journal comes first in it, as it is now. No batch may run meanwhile.
lock table ledger.account, ledger.transfer, ledger.entry in access exclusive mode;
insert into ledger.journal (booked_at, salt, transfer_ids, digests, held_reasons)
select
    max((x.t).booked_at), x.salt, array_agg((x.t).id order by x.n),
    array_agg(sha256(ledger.leaf(x.t, x.d, x.c, x.salt)) order by x.n),
    case when bool_or((x.t).status = 'held')
        then array_agg(case when (x.t).status = 'held' then (x.t).reason end order by x.n) end
from (
    select t, d, c, o.n, s.salt
    from (select id, row_number() over (order by booked_at, id) - 1 as n from ledger.transfer) o
    join ledger.transfer t on t.id = o.id
    join (
        select g.part, gen_random_uuid() as salt
        from generate_series(0, (select count(*) from ledger.transfer) / 1000) as g (part)
        offset 0
    ) s on s.part = o.n / 1000
    left join ledger.entry d on d.transfer_id = o.id and d.delta_minor < 0
    left join ledger.entry c on c.transfer_id = o.id and c.delta_minor > 0
) x
group by x.salt, x.n / 1000
order by x.n / 1000;

-- The chain. One link a journal row, in the order of their ids: the hash of the link before and of the row. One head a shard.
create schema chain;
grant usage on schema chain to sealer, api, audit, poster;

create table chain.batch (
    journal_id bigint primary key,
    shard smallint not null default 0,
    leaves integer not null check (leaves > 0),
    hash bytea not null check (length(hash) = 32)
);

-- Batches in a row, with the root of the Merkle tree (RFC 6962) over their digests. `hash` is the SHA-256 of the header and the
-- nonce, and smaller than 2^256 / difficulty; `work_us` is how long the search for it took, of the `work_target_us` it should. `key_ids` are
-- the keys that sign it, so that no signature can be taken away.
create table chain.block (
    height bigint primary key check (height >= 0),
    shard smallint not null default 0,
    previous_hash bytea not null,
    merkle_root bytea not null,
    first_journal_id bigint not null,
    last_journal_id bigint not null,
    leaves integer not null check (leaves > 0),
    batch_hash bytea not null,
    made_at timestamptz not null,
    difficulty bigint not null check (difficulty > 0),
    work_target_us bigint not null check (work_target_us > 0),
    key_ids text[] not null check (cardinality(key_ids) > 0),
    nonce bigint not null,
    work_us bigint not null check (work_us >= 0),
    hash bytea not null check (length(hash) = 32)
);

-- The public halves of the keys that have signed since their height. Each is endorsed by the Ed25519 key before it, the first by
-- itself.
create table chain.key (
    key_id text primary key,
    algorithm text not null check (algorithm in ('ed25519', 'ml-dsa-65')),
    public_key bytea not null,
    from_height bigint not null,
    made_at timestamptz not null,
    endorsed_by text not null,
    endorsement bytea not null
);

create table chain.signature (
    height bigint not null,
    key_id text not null,
    algorithm text not null,
    signature bytea not null,
    primary key (height, key_id)
);

-- Where a transfer is sealed: the block, and its place among the block's digests. A hold has two, before and after its end.
create table chain.leaf (
    transfer_id uuid not null,
    height bigint not null,
    position integer not null,
    primary key (transfer_id, height, position)
);

do $$
declare
    named text;
begin
    foreach named in array array['batch', 'block', 'key', 'signature', 'leaf'] loop
        execute format('alter table chain.%I enable row level security, force row level security', named);
        execute format('create policy written on chain.%I to sealer using (true) with check (true)', named);
        execute format('grant select, insert on chain.%I to sealer', named);
    end loop;
    -- Blocks, signatures and keys hold nothing but hashes: every tenant may see them.
    foreach named in array array['block', 'key', 'signature'] loop
        execute format('create policy read on chain.%I for select to api using (true)', named);
        execute format('grant select on chain.%I to api', named);
    end loop;
end
$$;

-- What the proof of a transfer of this tenant is made of: its leaf as it is now, where its newest state in a block is, whether that
-- may be from before its hold ended, and the digests of that block. Nothing when it is not the tenant's, or not in a block yet.
create function chain.proof(p_transfer_id uuid)
returns table (
    height bigint, place integer, may_have_ended boolean, leaf bytea, digests bytea[], debit_owner text, credit_owner text
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select
        b.height, l.position, t.resolved_at is not null and l.states = 1, ledger.leaf(t, d.entry, c.entry, own.salt),
        (
            select array_agg(u.digest order by j.id, u.n)
            from ledger.journal j, unnest(j.digests) with ordinality as u (digest, n)
            where j.id between b.first_journal_id and b.last_journal_id
        ),
        da.owner_id, ca.owner_id
    from ledger.transfer t
    join lateral (
        select x.height, x.position, count(*) over () as states
        from chain.leaf x
        where x.transfer_id = t.id
        order by x.height desc, x.position desc
        limit 1
    ) l on true
    join chain.block b on b.height = l.height
    join lateral (
        select j.id, j.salt
        from ledger.journal j
        where j.id between b.first_journal_id and b.last_journal_id and j.transfer_ids @> array[t.id]
        order by j.id desc
        limit 1
    ) own on true
    left join ledger.account da on da.id = t.debit_account_id
    left join ledger.account ca on ca.id = t.credit_account_id
    -- An entry is booked no earlier than its transfer, and soon after: the index of moments leads to it.
    left join lateral (
        select row(e.*)::ledger.entry as entry
        from ledger.entry e
        where t.posted_minor > 0 and e.account_id = t.debit_account_id and e.booked_at >= t.booked_at and e.transfer_id = t.id
        order by e.booked_at, e.version
        limit 1
    ) d on true
    left join lateral (
        select row(e.*)::ledger.entry as entry
        from ledger.entry e
        where t.posted_minor > 0 and e.account_id = t.credit_account_id and e.booked_at >= t.booked_at and e.transfer_id = t.id
        order by e.booked_at, e.version
        limit 1
    ) c on true
    where t.id = p_transfer_id and t.tenant_id = public.current_tenant()
$$;

-- Posts a batch, as before; writes the journal beside it.
create or replace function ledger.post_batch(
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
    v_salt constant uuid := gen_random_uuid();
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
    g_debit_booked timestamptz[];
    g_credit_booked timestamptz[];
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
    v_debit_booked timestamptz;
    v_credit_booked timestamptz;
    d integer;
    c integer;
    i integer;
    m integer;
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
            g_debit_booked := '{}';
            g_credit_booked := '{}';
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
            v_debit_booked := a_booked[d];
            v_credit_booked := a_booked[c];
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
                            a_booked[d] := g_debit_booked[i];
                            a_booked[c] := g_credit_booked[i];
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
                g_debit_booked := array_append(g_debit_booked, v_debit_booked);
                g_credit_booked := array_append(g_credit_booked, v_credit_booked);
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

    -- The rows are read back from the statements that wrote them: what the journal seals is what is stored.
    v_expected := cardinality(array_positions(r_new, true));
    with moved as (
        insert into ledger.entry as e (
            account_id, version, tenant_id, transfer_id, delta_minor, balance_after_minor, value_at, booked_at
        )
        select
            a_id[l.a], l.version, a_tenant[l.a], p_ids[l.row], l.delta, l.balance, ledger.at(p_occurred_ms[l.row]), l.booked_at
        from unnest(
            l_a[1:l_count], l_row[1:l_count], l_version[1:l_count], l_delta[1:l_count], l_balance[1:l_count], l_booked[1:l_count]
        ) as l (a, row, version, delta, balance, booked_at)
        returning e.transfer_id, e.delta_minor, e
    ),
    made as (
        insert into ledger.transfer as t (
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
        on conflict (id) do nothing
        returning t.id, t.status, t.reason, t
    ),
    changed as (
        update ledger.transfer t
        set status = n.status,
            reason = n.reason,
            posted_minor = n.posted,
            reversed_minor = n.reversed,
            resolved_at = case when t.status = 'held' and n.status <> 'held' then v_now else t.resolved_at end
        from unnest(t_id, t_status, t_reason, t_posted, t_reversed, t_stored, t_changed)
            as n (id, status, reason, posted, reversed, stored, changed)
        where n.stored and n.changed and t.id = n.id
            and (t.status, t.posted_minor, t.reversed_minor) is distinct from (n.status, n.posted, n.reversed)
        returning t.id, old.status as was, t.status, t
    ),
    sealed as (
        select m.id, m.t, case when m.status = 'held' then m.reason end as held_reason from made m
        union all
        select c.id, c.t, null from changed c where c.was = 'held' and c.status <> 'held'
    ),
    journalled as (
        insert into ledger.journal (booked_at, salt, transfer_ids, digests, held_reasons)
        select
            v_now, v_salt, array_agg(s.id order by o.ord),
            array_agg(sha256(ledger.leaf(s.t, d.e, c.e, v_salt)) order by o.ord),
            case when count(s.held_reason) > 0 then array_agg(s.held_reason order by o.ord) end
        from sealed s
        join (
            -- The row that made it, or that ended the hold which was there before.
            select r.id, min(r.ord) as ord
            from unnest(p_ids, r_new, r_event) with ordinality as r (id, is_new, event, ord)
            where r.is_new or r.event is not null
            group by r.id
        ) o on o.id = s.id
        left join moved d on d.transfer_id = s.id and d.delta_minor < 0
        left join moved c on c.transfer_id = s.id and c.delta_minor > 0
        having count(*) > 0
    )
    select count(*) into v_written from made;
    if v_written <> v_expected then
        -- Another batch committed one of these ids after we had looked: the next attempt will see it.
        raise exception 'a transfer of this batch was written by another one' using errcode = 'serialization_failure';
    end if;

    if p_keys is not null then
        -- What the sweeper would have needed is let go: the new version of the row is a third smaller, and so is its log.
        update idempotency.claim c
        set state = 'done',
            intent = null,
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

alter function ledger.leaf(ledger.transfer, ledger.entry, ledger.entry, uuid) owner to poster;
alter function chain.proof(uuid) owner to poster;
revoke all on all functions in schema chain from public;
revoke all on function ledger.leaf(ledger.transfer, ledger.entry, ledger.entry, uuid) from public;
grant execute on function chain.proof(uuid) to api;
grant select on chain.block, chain.leaf, ledger.journal to poster;
