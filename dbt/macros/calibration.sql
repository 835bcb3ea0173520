{# Ends of the bins of probabilities: frauds are rare, so that low ones need the finer bins. #}
{% macro probability_bins() -%}
  {{ return([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]) }}
{%- endmacro %}
