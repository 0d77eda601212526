BEGIN TRANSACTION;
CREATE TABLE ledger_alerts (
	number INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	webhook TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	lead_id TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	status TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	due_at BIGINT, 
	leased_until BIGINT, 
	last_error TEXT, 
	sent_at BIGINT, 
	PRIMARY KEY (number), 
	UNIQUE (id)
);
INSERT INTO "ledger_alerts" VALUES(1,'97f032fd47404e939d6f99ff0ff1f866','crm','band_a','L1','{"lead_id":"L1","probability":0.75,"score":50,"band":"A","recommended_stage":"MQL","rule_points":40.0,"rule_band":"B","model_version":"1","scorecard_version":"2026-04","name":"田中","company":"商事","owner":null,"source":"web","stage":"SAL","as_of":"2026-04-01T09:00:00+00:00","reasons":[{"feature":"activities:demo_request:30d","label":"Demo requests","value":"2","contribution":0.75,"text":"Asked for a demo twice in 30 days"}],"kind":"band_a"}','waiting',1795314694963878,0,1795314694963878,NULL,NULL,NULL);
CREATE TABLE ledger_answers (
	id TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	lead_id TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	reason TEXT, 
	comment TEXT, 
	actor TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	number INTEGER NOT NULL, 
	shown TEXT NOT NULL, 
	returned_at BIGINT, 
	undone_at BIGINT, 
	undone_by TEXT, 
	PRIMARY KEY (id), 
	CONSTRAINT ledger_answers_number UNIQUE (lead_id, number), 
	UNIQUE ("key")
);
INSERT INTO "ledger_answers" VALUES('7be79d7369c249fab6e8559cf33981d0','k1','L1','rejected','no_need','later','sato',1775037600000000,1,'{"as_of":1775034000000000,"probability":0.75,"score":50,"band":"A","rule_band":"B","recommended_stage":"MQL","model_version":"1","scorecard_version":"2026-04"}',NULL,1795314695076531,'sato');
INSERT INTO "ledger_answers" VALUES('b7126aef7b414039b2bcde212ca358f2','k2','L1','meeting_booked',NULL,NULL,'sato',1795314695102663,2,'{"as_of":1775034000000000,"probability":0.75,"score":50,"band":"A","rule_band":"B","recommended_stage":"MQL","model_version":"1","scorecard_version":"2026-04"}',NULL,NULL,NULL);
CREATE TABLE ledger_audit (
	id INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	actor TEXT NOT NULL, 
	action TEXT NOT NULL, 
	lead_id TEXT, 
	detail TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "ledger_audit" VALUES(1,1795314695144517,'sato','view','L1',NULL);
INSERT INTO "ledger_audit" VALUES(2,1795314695152260,'officer','forget',NULL,'tombstone 3eb295f5310d');
CREATE TABLE ledger_documents (
	lead_id TEXT NOT NULL, 
	as_of BIGINT NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (lead_id)
);
INSERT INTO "ledger_documents" VALUES('L1',1775034000000000,X'7801AB56CA494D4C89CF4C51B252F23154D2514A2C2929CA4C2A2D492D56B2AA564ACE2FCD2B29AA044A7A0528D5D6020063630F53');
CREATE TABLE ledger_events (
	id INTEGER NOT NULL, 
	lead_id TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "ledger_events" VALUES(1,'L1',1775037600000000,'answer','sato','{"answer_id":"7be79d7369c249fab6e8559cf33981d0","verdict":"rejected","reason":"no_need","comment":"later"}');
INSERT INTO "ledger_events" VALUES(2,'L1',1795314695076531,'undo','sato','{"answer_id":"7be79d7369c249fab6e8559cf33981d0","verdict":"rejected","reason":"no_need","comment":"later"}');
INSERT INTO "ledger_events" VALUES(3,'L1',1795314695102663,'answer','sato','{"answer_id":"b7126aef7b414039b2bcde212ca358f2","verdict":"meeting_booked","reason":null,"comment":null}');
INSERT INTO "ledger_events" VALUES(4,'L1',1795314695116531,'assign','boss','{"before":null,"after":"kato"}');
CREATE TABLE ledger_forgotten (
	digest TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (digest)
);
INSERT INTO "ledger_forgotten" VALUES('3eb295f5310de89a38ffecfdd44d82c58b53ba7e7e56bd30430039ce2cb1f87f',1795314695152260);
CREATE TABLE ledger_leads (
	lead_id TEXT NOT NULL, 
	name TEXT, 
	company TEXT, 
	owner TEXT, 
	owner_given TEXT, 
	source TEXT, 
	stage TEXT, 
	stage_since BIGINT, 
	created_at BIGINT, 
	last_activity_at BIGINT, 
	search TEXT NOT NULL, 
	as_of BIGINT NOT NULL, 
	model_version TEXT NOT NULL, 
	scorecard_version TEXT NOT NULL, 
	probability DOUBLE NOT NULL, 
	probability_low DOUBLE NOT NULL, 
	probability_high DOUBLE NOT NULL, 
	score INTEGER NOT NULL, 
	band TEXT NOT NULL, 
	fit DOUBLE NOT NULL, 
	engagement DOUBLE NOT NULL, 
	rule_points DOUBLE NOT NULL, 
	rule_band TEXT NOT NULL, 
	recommended_stage TEXT, 
	disagreement TEXT NOT NULL, 
	in_sql BOOLEAN NOT NULL, 
	closed_stage BOOLEAN NOT NULL, 
	hot_since BIGINT, 
	answer_id TEXT, 
	verdict TEXT, 
	answered_at BIGINT, 
	left_a BOOLEAN NOT NULL, 
	returned_at BIGINT, 
	open BOOLEAN NOT NULL, 
	answered BOOLEAN NOT NULL, 
	waiting_since BIGINT, picked_by_lot BOOLEAN, work_probability DOUBLE, call_order DOUBLE DEFAULT '0' NOT NULL, a_out_since BIGINT, sql_out_since BIGINT, 
	PRIMARY KEY (lead_id)
);
INSERT INTO "ledger_leads" VALUES('L1','田中','商事','kato',NULL,'web','SAL',1775034000000000,NULL,NULL,'l1
田中
商事',1775034000000000,'1','2026-04',0.75,0.4,0.6,50,'A',0.25,-0.5,40.0,'B','MQL','none',0,0,1775034000000000,'b7126aef7b414039b2bcde212ca358f2','meeting_booked',1795314695102663,0,NULL,1,1,NULL,NULL,NULL,0.75,NULL,NULL);
INSERT INTO "ledger_leads" VALUES('L3',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'l3',1775034000000000,'1','2026-04',0.02,0.4,0.6,3,'D',0.25,-0.5,40.0,'B','MQL','none',0,0,1775034000000000,NULL,NULL,NULL,0,NULL,1,0,1775034000000000,1,0.05,0.75,NULL,NULL);
CREATE TABLE ledger_meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "ledger_meta" VALUES('forgotten_key','e88bb03e9f02fc7920d275aba9e54865ce394fb7e864a5ef8a17b812b5514d41');
CREATE TABLE ledger_scores (
	id INTEGER NOT NULL, 
	lead_id TEXT NOT NULL, 
	as_of BIGINT NOT NULL, 
	model_version TEXT NOT NULL, 
	scorecard_version TEXT NOT NULL, 
	probability DOUBLE NOT NULL, 
	probability_low DOUBLE NOT NULL, 
	probability_high DOUBLE NOT NULL, 
	score INTEGER NOT NULL, 
	band TEXT NOT NULL, 
	fit DOUBLE NOT NULL, 
	engagement DOUBLE NOT NULL, 
	rule_points DOUBLE NOT NULL, 
	rule_band TEXT NOT NULL, 
	recommended_stage TEXT, 
	disagreement TEXT NOT NULL, 
	rank INTEGER NOT NULL, 
	targets TEXT NOT NULL, 
	reasons TEXT NOT NULL, 
	base_value DOUBLE NOT NULL, 
	other_contribution DOUBLE NOT NULL, 
	origin TEXT NOT NULL, 
	recorded_at BIGINT NOT NULL, picked_by_lot BOOLEAN, work_probability DOUBLE, 
	PRIMARY KEY (id), 
	CONSTRAINT ledger_scores_key UNIQUE (lead_id, as_of, model_version, scorecard_version)
);
INSERT INTO "ledger_scores" VALUES(1,'L1',1775034000000000,'1','2026-04',0.75,0.4,0.6,50,'A',0.25,-0.5,40.0,'B','MQL','none',1,'{"p_sql":0.5,"p_win":0.1}','[{"feature":"activities:demo_request:30d","label":"Demo requests","value":"2","contribution":0.75,"text":"Asked for a demo twice in 30 days"}]',-1.5,0.125,'batch',1795314694963878,NULL,NULL);
INSERT INTO "ledger_scores" VALUES(2,'L3',1775034000000000,'1','2026-04',0.02,0.4,0.6,3,'D',0.25,-0.5,40.0,'B','MQL','none',1,'{"p_sql":0.5,"p_win":0.1}','[{"feature":"activities:demo_request:30d","label":"Demo requests","value":"2","contribution":0.75,"text":"Asked for a demo twice in 30 days"}]',-1.5,0.125,'batch',1795323994558269,1,0.05);
CREATE TABLE ledger_tokens (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	revoked_at BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE (digest)
);
INSERT INTO "ledger_tokens" VALUES('e56dc147a87144cc9623f09212b42a74','nightly','d1','read','boss',1795314695128539,NULL);
CREATE TABLE ledger_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT ledger_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "ledger_version" VALUES('0004');
CREATE INDEX ledger_leads_source ON ledger_leads (open, source);
CREATE INDEX ledger_leads_recommended_stage ON ledger_leads (open, recommended_stage);
CREATE INDEX ledger_leads_band ON ledger_leads (open, band);
CREATE INDEX ledger_leads_grid ON ledger_leads (open, answered, fit, engagement, probability);
CREATE INDEX ledger_leads_fit ON ledger_leads (fit);
CREATE INDEX ledger_leads_engagement ON ledger_leads (engagement);
CREATE INDEX ledger_answers_at ON ledger_answers (at);
CREATE INDEX ledger_events_lead ON ledger_events (lead_id, id);
CREATE INDEX ledger_audit_lead ON ledger_audit (lead_id, id);
CREATE INDEX ledger_alerts_due ON ledger_alerts (status, due_at);
CREATE INDEX ledger_alerts_lead ON ledger_alerts (lead_id);
CREATE INDEX ledger_leads_queue ON ledger_leads (open, call_order DESC, lead_id, answered, band, stage, recommended_stage, owner, source, disagreement, waiting_since, fit, engagement, search);
CREATE INDEX ledger_leads_owner ON ledger_leads (open, owner, answered);
CREATE INDEX ledger_leads_stage ON ledger_leads (open, stage, recommended_stage, band);
CREATE INDEX ledger_leads_waiting ON ledger_leads (open, answered, waiting_since);
COMMIT;
