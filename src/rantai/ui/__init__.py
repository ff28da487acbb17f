"""How every page looks and behaves: shell, components, tables, pictures."""
