-- Titles, from the top down.
SELECT title, abm.title_seniority(title) AS seniority, abm.title_role(title) AS role FROM unnest(ARRAY[
  'CEO', 'C.E.O.', 'Chief Executive Officer', 'Founder & CTO', 'Owner', 'Managing Director', 'President',
  'Partner', 'Managing Partner', 'Board Member', 'Chief Information Security Officer', 'Chief Marketing Officer',
  'CFO', 'General Counsel', 'VP of Sales Operations', 'Vice President, Finance', 'V.P. Marketing', 'SVP Engineering',
  'Head of Procurement', 'Deputy Head of IT', 'Director of Operations', 'General Manager', 'Chief Engineer',
  'Chief of Staff', 'Company Secretary', 'Manager', 'Finance Manager', 'Team Lead', 'Partner Manager', 'Controller',
  'Buyer', 'Software Engineer II', 'Data Scientist', 'Accountant', 'Account Executive', 'HR Business Partner',
  'Product Owner', 'Lead generation specialist', 'Compliance Officer', 'Intern', 'Procurement', 'IT']) title;
-- Those who work for somebody are not that somebody.
SELECT title, abm.title_seniority(title) AS seniority, abm.title_role(title) AS role FROM unnest(ARRAY[
  'Assistant to the CEO', 'Executive Assistant to CFO', 'CEO Assistant', 'Vorstandsassistentin', 'Assistante de direction',
  'Advisor to the President', 'Chief of Staff to the CEO', 'Analyst, Office of the CIO', 'CTO at Legal Solutions',
  'Assistant Vice President', 'Assistant Manager', 'Former CEO', 'ex-CTO', 'Founder''s Associate']) title;
-- German, French, Spanish, Dutch, Italian, Portuguese.
SELECT title, abm.title_seniority(title) AS seniority, abm.title_role(title) AS role FROM unnest(ARRAY[
  'Geschäftsführer', 'Geschaeftsfuehrerin', 'Vorstandsvorsitzender', 'Leiter Einkauf', 'Einkaufsleiterin', 'IT-Leiter',
  'Leiter:in Vertrieb (m/w/d)', 'Teamleiter Logistik', 'Kaufmännischer Leiter', 'Vertriebsmitarbeiter', 'Datenschutzbeauftragter',
  'Président-Directeur Général', 'Directrice des achats', 'DSI', 'Chef de projet', 'Responsable informatique', 'Comptable',
  'Consejero delegado', 'Gerente General', 'Director de Compras', 'Jefe de ventas', 'Abogada', 'Vicepresidente de Finanzas',
  'Algemeen directeur', 'Zaakvoerder', 'Hoofd Inkoop', 'Systeembeheerder',
  'Amministratore Delegato', 'Direttore finanziario', 'Responsabile acquisti',
  'Diretora Geral', 'Diretor de Tecnologia', 'Gerente de Suprimentos', 'Engenheiro de software']) title;
-- What the table does not know is not guessed at.
SELECT title, abm.title_seniority(title) AS seniority, abm.title_role(title) AS role FROM unnest(ARRAY[
  '', '   ', '...', 'x', 'Wizard of light bulb moments', 'Бухгалтер', '社長', 'Sales', NULL]) title;
SELECT abm.title_seniority(repeat('a', 100000)) IS NULL AS long_word,
       abm.title_seniority(repeat('of the ', 10000) || 'CEO') AS long_title;
