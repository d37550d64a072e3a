-- The ideal customer profile of the sample, as psql variable sample_profile.
SELECT $json${"criteria": [
  {"attribute": "industry", "weight": 30,
   "any_of": {"software": 1, "fintech": 0.9, "healthcare": 0.6, "logistics": 0.6, "manufacturing": 0.4, "retail": 0.4, "education": 0.2, "public sector": 0.1}},
  {"attribute": "employees", "weight": 20,
   "bands": [[50, 199, 0.6], [200, 2000, 1], [2001, 10000, 0.5]], "else": 0.1},
  {"attribute": "annual_revenue", "weight": 15,
   "near": {"ideal": 1e8, "halving": 4, "scale": "log"}},
  {"attribute": "tech", "weight": 15, "has_any": ["salesforce", "hubspot"]},
  {"attribute": "growth_rate", "weight": 10, "ramp": [0, 0.3]},
  {"attribute": "country", "weight": 10,
   "any_of": {"United States": 1, "Canada": 1, "United Kingdom": 0.9, "Germany": 0.8, "Netherlands": 0.8, "France": 0.6, "Australia": 0.6}},
  {"attribute": "is_competitor_customer", "weight": -10, "is_true": true}],
 "tiers": [80, 60]}$json$ AS sample_profile \gset
