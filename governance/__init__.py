"""Who may change how decisions are made, and when: policy versions under four eyes, lists, and trials on history."""
