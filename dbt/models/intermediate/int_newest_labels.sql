{{ newest_labels() }}
