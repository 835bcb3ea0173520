/** The words of the list of keys, which come with it. */
const messages = {
  'shortcuts.title': 'Keyboard shortcuts',
  'shortcuts.anywhere': 'Anywhere',
  'shortcuts.feed': 'In a list',
  'shortcuts.command': 'Command menu',
  'shortcuts.help': 'This list',
  'shortcuts.goLive': 'Go to Live',
  'shortcuts.goDecisions': 'Go to Decisions',
  'shortcuts.goAlerts': 'Go to Alerts',
  'shortcuts.goRisk': 'Go to Risk',
  'shortcuts.goCompliance': 'Go to Compliance',
  'shortcuts.goAccounts': 'Go to Accounts',
  'shortcuts.goMoney': 'Go to Money',
  'shortcuts.goChain': 'Go to Chain',
  'shortcuts.next': 'Next row',
  'shortcuts.previous': 'Previous row',
  'shortcuts.open': 'Open the row',
  'shortcuts.close': 'Close the panel, let go of the row',
  'shortcuts.hold': 'Hold or resume the feed',
  'shortcuts.filter': 'Next filter',
  'shortcuts.find': 'Find decisions',
}
export default messages
