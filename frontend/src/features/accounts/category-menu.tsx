import * as Menu from '@radix-ui/react-dropdown-menu'
import { Check } from 'lucide-react'
import { CategoryIcon } from '@/features/accounts/category-icon'
import { CATEGORIES, type Category } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'

const CIRCLE = 'grid size-9 shrink-0 place-items-center rounded-full bg-sunken text-ink-2'

/** The sign of a movement's category. */
export function CategoryMark({ category }: { category: string }) {
  return (
    <span className={CIRCLE}>
      <CategoryIcon category={category} />
    </span>
  )
}

interface CategoryMenuProps {
  category: string
  onChange: (category: Category) => void
}

/** The same, where it opens what the movement could be called instead. */
export function CategoryMenu({ category, onChange }: CategoryMenuProps) {
  const { t, word } = useAccounts()
  const label = t('movements.category', { name: word('category', category) })
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        aria-label={label}
        title={label}
        className={`${CIRCLE} transition-colors duration-150 hover:bg-accent-soft hover:text-accent data-[state=open]:bg-accent-soft data-[state=open]:text-accent`}
      >
        <CategoryIcon category={category} />
      </Menu.Trigger>
      {/* In the page and not after it, so that it stays within a landmark. */}
      <Menu.Portal container={document.getElementById('content')}>
        <Menu.Content
          align="start"
          sideOffset={6}
          collisionPadding={12}
          className="glass z-50 max-h-[min(24rem,var(--radix-dropdown-menu-content-available-height))] w-56 animate-fade overflow-y-auto rounded-panel border border-line-strong p-1.5 shadow-float outline-none"
        >
          <Menu.Label className="px-2 pt-1 pb-1.5 text-[12px] text-ink-3">{t('movements.categories')}</Menu.Label>
          <Menu.RadioGroup value={category} onValueChange={(value) => onChange(value as Category)}>
            {CATEGORIES.map((name) => (
              <Menu.RadioItem
                key={name}
                value={name}
                className="flex h-8 cursor-pointer items-center gap-2.5 rounded-[7px] px-2 text-ink-2 outline-none select-none data-[highlighted]:bg-hover data-[highlighted]:text-ink"
              >
                <CategoryIcon category={name} size={15} />
                <span className="flex-1">{t(`category.${name}`)}</span>
                <Menu.ItemIndicator>
                  <Check size={14} className="text-accent" aria-hidden />
                </Menu.ItemIndicator>
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  )
}
