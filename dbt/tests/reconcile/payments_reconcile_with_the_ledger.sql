-- A payment that is said to be posted moved what the ledger posted for it, to the cent. Of what has a new entry, and of everything
-- where the build is whole; a payment whose outcome and entry are not both here yet is compared once they are.
select
  entries.tenant_id,
  entries.transfer_id,
  transactions.outcome,
  entries.amount_minor as ledger_minor,
  coalesce(held.posted_minor, transactions.amount_minor) as payment_minor
from {{ ref('fct_ledger_entries') }} as entries
inner join {{ ref('fct_transactions') }} as transactions
  on transactions.tenant_id = entries.tenant_id and transactions.transaction_id = entries.transfer_id
left join {{ ref('int_held_transfers') }} as held
  on held.tenant_id = entries.tenant_id and held.transfer_id = entries.transfer_id
where entries.built_at > {{ held_until() }}
  and entries.side = 'credit'
  and entries.purpose = 'transfer'
  and transactions.outcome is not null
  and (
    transactions.outcome <> 'posted'
    or entries.amount_minor <> coalesce(held.posted_minor, transactions.amount_minor)
    or entries.currency <> transactions.currency
  )
