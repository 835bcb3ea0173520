import { useQuery } from '@tanstack/react-query'
import { Pencil, Plus, Wallet } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from '@/design/button'
import { Chip, type ChipTone } from '@/design/chip'
import { Meter } from '@/design/meter'
import { CategoryIcon } from '@/features/accounts/category-icon'
import { useAccounts } from '@/features/accounts/words'
import { budgetsQuery } from '@/features/money/api'
import { BudgetDialog } from '@/features/money/budget-dialog'
import { InsightBox } from '@/features/money/insight-box'
import type { Budget, Whose } from '@/features/money/types'
import { useMoney } from '@/features/money/words'
import { canKeepAccounts } from '@/features/session/roles'
import { useUser } from '@/features/session/user'

const TONES = { 'on-track': 'good', 'at-risk': 'caution', over: 'bad' } as const satisfies Record<string, ChipTone>

/** What a budget is for, in words. */
export function useBudgetName() {
  const { t } = useMoney()
  const { word } = useAccounts()
  return (category: string | null) => (category === null ? t('budget.all') : word('category', category))
}

interface RowProps {
  budget: Budget
  currency: string
  onEdit: (() => void) | null
}

function Row({ budget, currency, onEdit }: RowProps) {
  const { t, word, money } = useMoney()
  const name = useBudgetName()(budget.category)
  const { spent_minor, limit_minor, left_minor, standing, end } = budget
  const tone = TONES[standing]
  return (
    <li>
      <div className="flex items-center gap-2.5">
        <span className="text-ink-3">
          {budget.category ? <CategoryIcon category={budget.category} size={16} /> : <Wallet size={16} aria-hidden />}
        </span>
        <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
        <Chip tone={tone}>{word('budget.standing', standing)}</Chip>
        {onEdit && (
          <IconButton label={t('budget.edit', { name })} onClick={onEdit}>
            <Pencil size={14} aria-hidden />
          </IconButton>
        )}
      </div>
      <Meter ratio={spent_minor / limit_minor} tone={tone} className="mt-1.5" />
      <p className="mt-1.5 flex flex-wrap justify-between gap-x-3 text-[12.5px] text-ink-2 tabular">
        <span>{t('budget.spent', { spent: money(spent_minor, currency), limit: money(limit_minor, currency) })}</span>
        <span>
          {left_minor >= 0
            ? t('budget.left', { left: money(left_minor, currency) })
            : t('budget.above', { above: money(-left_minor, currency) })}
        </span>
      </p>
      {end && (
        <p className="text-[12.5px] text-pretty text-ink-3 tabular">
          {t('budget.end', {
            expected: money(end.expected_minor, currency),
            low: money(end.low_80_minor, currency),
            high: money(end.high_80_minor, currency),
          })}
        </p>
      )}
    </li>
  )
}

type Editing = Budget | 'new' | null

/** This month against its budgets; whoever may keep them sets, changes and drops them here. */
export function BudgetsBox({ whose }: { whose: Whose }) {
  const { t } = useMoney()
  const budgets = useQuery(budgetsQuery(whose))
  const mayWrite = canKeepAccounts(useUser().roles)
  const [editing, setEditing] = useState<Editing>(null)
  return (
    <InsightBox
      title={t('budget.title')}
      of={budgets}
      aside={
        mayWrite && (
          <Button className="h-8 px-3" onClick={() => setEditing('new')}>
            <Plus size={14} aria-hidden />
            {t('budget.new')}
          </Button>
        )
      }
    >
      {({ items, days_left }) => (
        <>
          {items.length === 0 && <p className="text-pretty text-ink-3">{t('budget.none')}</p>}
          {items.length > 0 && (
            <p className="mb-4 text-[12.5px] text-ink-3">{t('budget.daysLeft', { days: days_left })}</p>
          )}
          <ul aria-label={t('budget.title')} className="grid gap-5 empty:hidden">
            {items.map((budget) => (
              <Row
                key={budget.budget_id}
                budget={budget}
                currency={whose.currency}
                onEdit={mayWrite ? () => setEditing(budget) : null}
              />
            ))}
          </ul>
          {editing && (
            <BudgetDialog
              key={editing === 'new' ? 'new' : editing.budget_id}
              whose={whose}
              budget={editing === 'new' ? null : editing}
              taken={items.map(({ category }) => category)}
              onClose={() => setEditing(null)}
            />
          )}
        </>
      )}
    </InsightBox>
  )
}
