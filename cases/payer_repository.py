"""What a tenant has chosen about payers whom nobody names, as the API tells it and the intake goes by it."""

CHOICE = """
select choice from screening.unnamed_change where tenant_id = %s and status = 'approved'
order by judged_at desc, change_id desc limit 1
"""
"""No row where nobody has chosen, which is to credit them. It runs inside a tenant's transaction."""
