"""Where people live and travel: large Brazilian cities (IBGE census 2022, thousands of people) and a few places abroad."""

from typing import NamedTuple

import numpy as np


class Place(NamedTuple):
    """A city: its country, where it is (degrees), its weight among the others, and its state if it is in Brazil."""

    name: str
    country: str
    latitude: float
    longitude: float
    weight: float
    state: str | None = None


CITIES: tuple[Place, ...] = (
    Place("São Paulo", "BR", -23.55, -46.63, 11451, "SP"),
    Place("Rio de Janeiro", "BR", -22.91, -43.17, 6211, "RJ"),
    Place("Brasília", "BR", -15.79, -47.88, 2817, "DF"),
    Place("Fortaleza", "BR", -3.73, -38.53, 2428, "CE"),
    Place("Salvador", "BR", -12.97, -38.50, 2418, "BA"),
    Place("Belo Horizonte", "BR", -19.92, -43.94, 2316, "MG"),
    Place("Manaus", "BR", -3.12, -60.02, 2064, "AM"),
    Place("Curitiba", "BR", -25.43, -49.27, 1774, "PR"),
    Place("Recife", "BR", -8.05, -34.88, 1489, "PE"),
    Place("Goiânia", "BR", -16.69, -49.26, 1437, "GO"),
    Place("Porto Alegre", "BR", -30.03, -51.22, 1333, "RS"),
    Place("Belém", "BR", -1.46, -48.49, 1304, "PA"),
    Place("Guarulhos", "BR", -23.46, -46.53, 1292, "SP"),
    Place("Campinas", "BR", -22.91, -47.06, 1139, "SP"),
    Place("São Luís", "BR", -2.53, -44.30, 1038, "MA"),
    Place("Maceió", "BR", -9.67, -35.74, 958, "AL"),
    Place("Campo Grande", "BR", -20.44, -54.65, 898, "MS"),
    Place("São Gonçalo", "BR", -22.83, -43.05, 897, "RJ"),
    Place("Teresina", "BR", -5.09, -42.80, 866, "PI"),
    Place("João Pessoa", "BR", -7.12, -34.86, 834, "PB"),
    Place("Uberlândia", "BR", -18.92, -48.28, 713, "MG"),
    Place("Natal", "BR", -5.79, -35.21, 751, "RN"),
    Place("Ribeirão Preto", "BR", -21.18, -47.81, 699, "SP"),
    Place("Cuiabá", "BR", -15.60, -56.10, 651, "MT"),
    Place("Joinville", "BR", -26.30, -48.85, 616, "SC"),
    Place("Florianópolis", "BR", -27.60, -48.55, 537, "SC"),
    Place("Londrina", "BR", -23.31, -51.16, 556, "PR"),
    Place("Vitória", "BR", -20.32, -40.34, 323, "ES"),
)
ABROAD: tuple[Place, ...] = (
    Place("Buenos Aires", "AR", -34.60, -58.38, 30),
    Place("Santiago", "CL", -33.45, -70.67, 14),
    Place("Montevideo", "UY", -34.90, -56.16, 10),
    Place("Miami", "US", 25.76, -80.19, 24),
    Place("Orlando", "US", 28.54, -81.38, 16),
    Place("Lisboa", "PT", 38.72, -9.14, 22),
    Place("Madrid", "ES", 40.42, -3.70, 10),
    Place("Roma", "IT", 41.90, 12.50, 8),
)
PLACES: tuple[Place, ...] = CITIES + ABROAD
STATE_OF = {place.name: place.state for place in CITIES}

LATITUDE_E5 = np.array([round(place.latitude * 1e5) for place in PLACES], dtype=np.int32)
LONGITUDE_E5 = np.array([round(place.longitude * 1e5) for place in PLACES], dtype=np.int32)
CITY_SHARE = np.array([place.weight for place in CITIES]) / sum(place.weight for place in CITIES)
ABROAD_SHARE = np.array([place.weight for place in ABROAD]) / sum(place.weight for place in ABROAD)
