import type en from '@/lib/messages/amounts.en'

const messages: Record<keyof typeof en, string> = {
  'amount.wrong.none': 'Um valor, como {example}.',
  'amount.wrong.unreadable': 'Um valor em algarismos, como {example}.',
  'amount.wrong.negative': 'Sem sinal de menos.',
  'amount.wrong.currency': 'Um valor em {currency}, como {example}.',
  'amount.wrong.decimals':
    '{decimals, plural, =0 {{currency} não tem decimais: escreva {example}.} other {{currency} tem # decimais: escreva {example}.}}',
  'amount.wrong.small': 'No mínimo {least}.',
  'amount.wrong.large': 'No máximo {most}.',
}

export default messages
