from pathlib import Path
def suggest_mapping(source: Path) -> str:
    raise NotImplementedError
