/** The words of the list of keys, which come with it. */
import type en from '@/lib/messages/shortcuts.en'

const messages: Record<keyof typeof en, string> = {
  'shortcuts.title': 'Atalhos do teclado',
  'shortcuts.anywhere': 'Em qualquer lugar',
  'shortcuts.feed': 'Em uma lista',
  'shortcuts.command': 'Menu de comandos',
  'shortcuts.help': 'Esta lista',
  'shortcuts.goLive': 'Ir para Ao vivo',
  'shortcuts.goDecisions': 'Ir para Decisões',
  'shortcuts.goAlerts': 'Ir para Alertas',
  'shortcuts.goRisk': 'Ir para Risco',
  'shortcuts.goCompliance': 'Ir para Compliance',
  'shortcuts.goCustomers': 'Ir para Clientes',
  'shortcuts.goAccounts': 'Ir para Contas',
  'shortcuts.goMoney': 'Ir para Finanças',
  'shortcuts.goChain': 'Ir para Cadeia',
  'shortcuts.goProfile': 'Ir para Você',
  'shortcuts.next': 'Próxima linha',
  'shortcuts.previous': 'Linha anterior',
  'shortcuts.open': 'Abrir a linha',
  'shortcuts.close': 'Fechar o painel, soltar a linha',
  'shortcuts.hold': 'Pausar ou retomar o fluxo',
  'shortcuts.filter': 'Próximo filtro',
  'shortcuts.find': 'Procurar decisões',
}
export default messages
