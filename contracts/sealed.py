"""Records of the core that are sealed under their subject's key (`kit.subject_keys`): as what, and which fields.

The kind is part of what the seal holds to: a record does not open as another kind.
"""

PERSON = "person"
PERSON_FIELDS = ("full_name", "email", "document", "phone", "address")
BENEFICIARY = "beneficiary"
BENEFICIARY_FIELDS = ("nickname", "holder_name", "pix_key", "branch", "account_number")
EXTERNAL_ACCOUNT = "external-account"
EXTERNAL_ACCOUNT_FIELDS = ("holder_name", "branch", "account_number", "statement_reference")
# What is written of people in casework, attached to it, and told to the authorities.
CASE_NOTE = "case-note"
CASE_EVIDENCE = "case-evidence"
CASE_REPORT = "case-report"
FREEZE_REASON = "freeze-reason"
# Why received money is held back.
BLOCK_REASON = "block-reason"
# Whom a customer pays, where a watch-list may mean them.
SCREENED_PARTY = "screened-party"
# What was answered to a request that an idempotency key stands for.
STORED_ANSWER = "stored-answer"
# The blind index that a document is found by.
DOCUMENT = "document"
