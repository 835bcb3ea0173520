-- Only the table's own triggers say that history changed: nobody hangs the function on a table of their own.
revoke all on function bank.say_history_change() from public;
