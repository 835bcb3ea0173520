import { ArrowLeftRight, Banknote, Barcode, CreditCard, Landmark, Zap, type LucideIcon } from 'lucide-react'
import type { Channel } from '@/lib/api-types'

const ICONS: Record<Channel, LucideIcon> = {
  pix: Zap,
  card: CreditCard,
  boleto: Barcode,
  ted: Landmark,
  cash: Banknote,
  internal: ArrowLeftRight,
}

export function ChannelIcon({ channel, size = 15 }: { channel: Channel; size?: number }) {
  const Icon = ICONS[channel]
  return <Icon size={size} strokeWidth={1.75} aria-hidden className="shrink-0 text-ink-3" />
}
