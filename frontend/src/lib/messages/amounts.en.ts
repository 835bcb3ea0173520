/** What is wrong with an amount that was typed. */
const messages = {
  'amount.wrong.none': 'An amount, such as {example}.',
  'amount.wrong.unreadable': 'An amount in figures, such as {example}.',
  'amount.wrong.negative': 'Without a minus sign.',
  'amount.wrong.currency': 'An amount in {currency}, such as {example}.',
  'amount.wrong.decimals':
    '{decimals, plural, =0 {{currency} has no decimals: write {example}.} other {{currency} has # decimals: write {example}.}}',
  'amount.wrong.small': 'At least {least}.',
  'amount.wrong.large': 'At most {most}.',
}

export default messages
