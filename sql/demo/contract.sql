-- The contract of the CSV files, the one description from which the tables, the
-- loader's checks and the tables of doc/demo.md are made.  A row without a
-- column describes the file; a further row of a column adds a rule to it.
COPY contract (file, column_name, type, required, "check", refers, allowed,
  low, high, rule, rule_text, meaning) FROM STDIN (FORMAT csv);
accounts,,,yes,,,,,,,,companies that are or may become customers
accounts,account_id,text,yes,key,,,,,,,identifier of the account
accounts,name,text,yes,,,,,,,,name of the company
accounts,domain,text,,,,,,,,,web domain
accounts,industry,text,,,,,,,,,industry as the profile names it
accounts,country,text,,,,,,,,,"country, as the profile names it"
accounts,region,text,,,,,,,,,sales region of the account
accounts,employees,whole,,,,,0,,,,number of employees
accounts,annual_revenue,money,,,,,0,,,,revenue in a year
accounts,tech,list,,,,,,,,,"technologies in use, separated by semicolons"
accounts,growth_rate,number,,,,,-1,,,,growth of revenue in a year; 0.1 is 10 %
accounts,is_competitor_customer,boolean,,,,,,,,,buys from a competitor today
accounts,is_served,boolean,,,,,,,,,we sell and support in its territory
accounts,created_at,date,,,,,,,,,day on which the account was recorded
contacts,,,,,,,,,,,people at the accounts
contacts,contact_id,text,yes,key,,,,,,,identifier of the person
contacts,account_id,text,yes,,accounts.account_id,,,,,,account of the person
contacts,name,text,,,,,,,,,name of the person
contacts,title,text,,,,,,,,,job title
contacts,email,text,,,,,,,,,e-mail address
contacts,role,text,,,,,,,,,"part in the purchase, as a CRM labels it"
contacts,engagement,number,,,,,0,1,,,how engaged the person is: 0 not at all; 1 fully
opportunities,,,yes,,,,,,,,sales opportunities (deals)
opportunities,opportunity_id,text,yes,key,,,,,,,identifier of the opportunity
opportunities,account_id,text,,,accounts.account_id,,,,,,account that would buy
opportunities,name,text,,,,,,,,,short description
opportunities,owner,text,,,,,,,,,sales person
opportunities,product,text,,,,,,,,,product offered
opportunities,region,text,,,,,,,,,sales region; empty: that of the account
opportunities,stage,text,,,,,,,,,stage of the sales process
opportunities,outcome,outcome,yes,,,open|won|lost|no_decision,,,,,how the opportunity stands
opportunities,amount,money,,,,,0,,,,value if won
opportunities,currency,text,,same,,,,,,,"currency of all amounts, one for all rows"
opportunities,created_at,timestamp,,,,,,,,,when the opportunity was opened
opportunities,closed_at,timestamp,,,,,,,outcome <> 'open' OR closed_at IS NULL,must be empty while the outcome is open (also of a reopened opportunity),"when it was won, lost or given up"
opportunities,closed_at,,,,,,,,closed_at >= created_at,must not be before created_at,
opportunities,budget,money,,,,,0,,,,money set aside by the account
opportunities,reallocatable,money,,,,,0,,,,money that the account could move from elsewhere
opportunities,problem_scope,boolean,,,,,,,,,we know how large the problem is
opportunities,prior_approach,boolean,,,,,,,,,we know what the account has tried before
opportunities,why_prior_fails,boolean,,,,,,,,,we know why that does not suffice
opportunities,why_us,boolean,,,,,,,,,we know why the account would choose us
opportunities,product_fit,number,,,,,0,1,,,share of the requirements that the product meets
opportunities,needed_by,date,,,,,,,,,day by which the account needs the solution
opportunities,implementation_days,number,,,,,0,3650,,,"time from contract to use, days"
stage_history,,,,,,,,,,,stages that opportunities have entered
stage_history,opportunity_id,text,yes,,opportunities.opportunity_id,,,,,,opportunity
stage_history,stage,text,yes,,,,,,,,stage entered
stage_history,entered_at,timestamp,yes,,,,,,,,when the stage was entered
touches,,,,,,,,,,,"contacts between the accounts and us: visits, mails, events, calls"
touches,account_id,text,yes,,accounts.account_id,,,,,,account touched
touches,contact_id,text,,,contacts.contact_id,,,,,,person touched; empty: anonymous
touches,at,timestamp,yes,,,,,,,,when it happened
touches,channel,text,yes,,,,,,,,"channel such as web, email, event, ads, sales; product: use of what was bought; advocacy: a good word for us to others"
touches,kind,text,,,,,,,,,what happened
touches,points,number,,,,,0,,,,engagement points; empty: 1; 0: says nothing about interest
networks,,,,,,,,,,,"networks of the accounts, to tell whose visits are"
networks,network,network,yes,,,,,,,,"network; where networks lie within each other, the smallest counts"
networks,account_id,text,yes,,accounts.account_id,,,,,,account that the network belongs to
visits,,,,,,,,,,,visits of our web site by people who are not known
visits,at,timestamp,yes,,,,,,,,when it happened
visits,ip,address,,,,,,,,,address of the internet that the visit came from
visits,email,text,,,,,,,,,"e-mail address that the visitor left, in a form for instance"
visits,kind,text,,,,,,,,,what was looked at or done
visits,points,number,,,,,0,,,,engagement points; empty: 1; 0: says nothing about interest
orders,,,,,,,,,,,purchases of the customers
orders,order_id,text,yes,key,,,,,,,identifier of the order
orders,account_id,text,yes,,accounts.account_id,,,,,,account that bought
orders,ordered_at,timestamp,yes,,,,,,,,when it was ordered
orders,amount,money,yes,,,,,,,,amount; a refund is negative
subscriptions,,,,,,,,,,,recurring revenue month by month
subscriptions,account_id,text,yes,key,accounts.account_id,,,,,,account that subscribes
subscriptions,month,date,yes,key,,,,,extract(day FROM month) = 1,must be the first day of a month,first day of the month
subscriptions,mrr,money,yes,,,,0,,,,recurring revenue of the month
\.
