"""Numbers that look official, hold their check digit, and belong to nobody."""


def _luhn_digit(body: str) -> int:
    total = 0
    for index, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def luhn_holds(number: str) -> bool:
    """Whether the last digit is the Luhn digit of the others; False when it is not all digits."""
    return number.isdigit() and _luhn_digit(number[:-1]) == int(number[-1])


def finess(number: int) -> str:
    """A FINESS number of the 00 range, which no department has."""
    body = f"00{number:06d}"
    return f"{body}{_luhn_digit(body)}"


def siren(number: int) -> str:
    """A SIREN beginning with 000, which is never given."""
    body = f"000{number:05d}"
    return f"{body}{_luhn_digit(body)}"


def siret(of_siren: str, rank: int) -> str:
    body = f"{of_siren}{rank:04d}"
    return f"{body}{_luhn_digit(body)}"


def telephone(number: int) -> str:
    """A number of 04 65 71, one of the ranges that the regulator (ARCEP) sets aside for fiction."""
    return f"046571{number:04d}"
