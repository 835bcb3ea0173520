"""Where people live and travel: large Brazilian cities (IBGE census 2022, thousands of people) and a few places abroad."""

from typing import NamedTuple

import numpy as np


class Place(NamedTuple):
    """A city: its country, where it is (degrees), and its weight among the others."""

    name: str
    country: str
    latitude: float
    longitude: float
    weight: float


CITIES: tuple[Place, ...] = (
    Place("São Paulo", "BR", -23.55, -46.63, 11451),
    Place("Rio de Janeiro", "BR", -22.91, -43.17, 6211),
    Place("Brasília", "BR", -15.79, -47.88, 2817),
    Place("Fortaleza", "BR", -3.73, -38.53, 2428),
    Place("Salvador", "BR", -12.97, -38.50, 2418),
    Place("Belo Horizonte", "BR", -19.92, -43.94, 2316),
    Place("Manaus", "BR", -3.12, -60.02, 2064),
    Place("Curitiba", "BR", -25.43, -49.27, 1774),
    Place("Recife", "BR", -8.05, -34.88, 1489),
    Place("Goiânia", "BR", -16.69, -49.26, 1437),
    Place("Porto Alegre", "BR", -30.03, -51.22, 1333),
    Place("Belém", "BR", -1.46, -48.49, 1304),
    Place("Guarulhos", "BR", -23.46, -46.53, 1292),
    Place("Campinas", "BR", -22.91, -47.06, 1139),
    Place("São Luís", "BR", -2.53, -44.30, 1038),
    Place("Maceió", "BR", -9.67, -35.74, 958),
    Place("Campo Grande", "BR", -20.44, -54.65, 898),
    Place("São Gonçalo", "BR", -22.83, -43.05, 897),
    Place("Teresina", "BR", -5.09, -42.80, 866),
    Place("João Pessoa", "BR", -7.12, -34.86, 834),
    Place("Uberlândia", "BR", -18.92, -48.28, 713),
    Place("Natal", "BR", -5.79, -35.21, 751),
    Place("Ribeirão Preto", "BR", -21.18, -47.81, 699),
    Place("Cuiabá", "BR", -15.60, -56.10, 651),
    Place("Joinville", "BR", -26.30, -48.85, 616),
    Place("Florianópolis", "BR", -27.60, -48.55, 537),
    Place("Londrina", "BR", -23.31, -51.16, 556),
    Place("Vitória", "BR", -20.32, -40.34, 323),
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

LATITUDE_E5 = np.array([round(place.latitude * 1e5) for place in PLACES], dtype=np.int32)
LONGITUDE_E5 = np.array([round(place.longitude * 1e5) for place in PLACES], dtype=np.int32)
CITY_SHARE = np.array([place.weight for place in CITIES]) / sum(place.weight for place in CITIES)
ABROAD_SHARE = np.array([place.weight for place in ABROAD]) / sum(place.weight for place in ABROAD)
