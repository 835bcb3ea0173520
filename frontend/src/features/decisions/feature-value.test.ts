import { describe, expect, test } from 'vitest'
import { featureValue } from '@/features/decisions/feature-value'
import { makeI18n } from '@/lib/i18n'
import en from '@/lib/messages/en'

const i18n = makeI18n('en', en)

describe("a feature's value", () => {
  test.each([
    ['payee_sum_1d', 4_183_700, 'R$41,837.00'],
    ['amount_log', Math.log(489_990), 'R$4,899.90'],
    ['payee_idle_s_30d', 12, '12 seconds'],
    ['payee_idle_s_30d', 29_450.82, '8 hours'],
    ['customer_age_s_90d', 3_456_000, '40 days'],
    ['customer_amount_to_max_30d', 3.44, '3.4 times'],
    ['customer_amount_z_score_30d', 6.1, '6.1 deviations'],
    ['customer_device_is_new_30d', 1, 'yes'],
    ['payee_customers_1h', 14, '14'],
  ])('of %s is told in its own unit', (feature, value, text) => {
    expect(featureValue(feature, value, 'BRL', i18n)).toBe(text)
  })
})
