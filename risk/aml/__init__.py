"""Money laundering as a graph of payments shows it: pure functions from payments to what each account takes part in.

`graph` holds payments and who pays whom. `statistics` and `amounts` look at one account; `circles`, `scatters`, `stars`,
`chains` and `loops` find groups of accounts; `neighbours` carries what is believed of some accounts to those around them;
`features` names all of it as columns. Nothing here knows a label, a database or a clock. Amounts are in cents of one currency.
Times are whole numbers of any unit, in which windows are given too.
"""
