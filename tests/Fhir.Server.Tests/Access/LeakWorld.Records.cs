// The records of a patient, with references to the other's wherever there can be some, and their histories.

namespace FhirHub.Server.Tests.Access;

/// <content>Records.</content>
internal sealed partial class LeakWorld
{
    private void AddRecords(Whose whose, string me, string other)
    {
        var subject = $$$$""" "subject":{"reference":"Patient/{{{{me}}}}"} """;
        for (var i = 0; i < 3; i++)
        {
            Put(whose, "Encounter", $"encounter-{me}-{i}", $$$$"""
                {{{{subject}}}},"status":"finished","class":{"system":"urn:class","code":"AMB"},"period":{"start":"2026-0{{{{i + 1}}}}-01","end":"2026-0{{{{i + 1}}}}-02"},
                "location":[{"location":{"reference":"Location/loc"}}],"serviceProvider":{"reference":"Organization/org"},"identifier":[{"system":"urn:enc","value":"{{{{me}}}}{{{{i}}}}"}]
                """);
        }

        for (var i = 0; i < 14; i++)
        {
            var (category, code, value) = (i % 3) switch
            {
                0 => ("laboratory", "2345-7", 5.1 + i),
                1 => ("vital-signs", "8867-4", 60 + i),
                _ => ("survey", "9-9", i),
            };
            var more = i switch
            {
                2 => $$$$""" ,"performer":[{"reference":"Patient/{{{{other}}}}"}] """,
                3 => $$$$""" ,"focus":[{"reference":"Patient/{{{{other}}}}"}] """,
                4 => $$$$""" ,"encounter":{"reference":"Encounter/encounter-{{{{other}}}}-1"} """,
                5 => $$$$""" ,"hasMember":[{"reference":"Observation/obs-{{{{other}}}}-1"},{"reference":"Observation/obs-{{{{me}}}}-1"}] """,
                6 => $$$$""" ,"derivedFrom":[{"reference":"Observation/obs-{{{{other}}}}-2"}] """,
                7 => $$$$""" ,"contained":[{"resourceType":"Practitioner","id":"c","name":[{"family":"Contained{{{{me}}}}"}]}],"performer":[{"reference":"#c"}] """,
                _ => $$$$""" ,"encounter":{"reference":"Encounter/encounter-{{{{me}}}}-{{{{i % 3}}}}"},"performer":[{"reference":"Practitioner/gp"}] """,
            };
            Put(whose, "Observation", $"obs-{me}-{i}", $$$$"""
                {{{{subject}}}},"status":"{{{{(i == 13 ? "amended" : "final")}}}}","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{{{{category}}}}"}]}],
                "code":{"coding":[{"system":"http://loinc.org","code":"{{{{code}}}}"},{"system":"urn:colours","code":"{{{{(i % 2 == 0 ? "scarlet" : "blue")}}}}"}],"text":"text{{{{me}}}}"},
                "effectiveDateTime":"2026-0{{{{1 + (i % 5)}}}}-1{{{{i % 10}}}}T0{{{{i % 10}}}}:00:00Z",
                "valueQuantity":{"value":{{{{value.ToString(System.Globalization.CultureInfo.InvariantCulture)}}}},"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},
                "identifier":[{"system":"urn:obs","value":"{{{{me}}}}{{{{i}}}}"}]{{{{more}}}}
                """);
        }

        Put(whose, "Condition", $"condition-{me}", $$$$""" {{{{subject}}}},"code":{"coding":[{"system":"urn:dx","code":"{{{{me}}}}"},{"system":"urn:colours","code":"red"}]},"encounter":{"reference":"Encounter/encounter-{{{{me}}}}-0"},"asserter":{"reference":"Patient/{{{{other}}}}"} """);
        Put(whose, "AllergyIntolerance", $"allergy-{me}", $$$$""" "patient":{"reference":"Patient/{{{{me}}}}"},"recorder":{"reference":"Patient/{{{{other}}}}"},"code":{"text":"nuts{{{{me}}}}"} """);
        Put(whose, "MedicationRequest", $"rx-{me}", $$$$""" {{{{subject}}}},"status":"active","intent":"order","medicationReference":{"reference":"Medication/med"},"requester":{"reference":"Practitioner/gp"} """);
        Put(whose, "MedicationRequest", $"rx2-{me}", $$$$"""
            {{{{subject}}}},"status":"active","intent":"order","contained":[{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"urn:med","code":"contained-{{{{me}}}}"}]}}],
            "medicationReference":{"reference":"#m"}
            """);
        Put(whose, "Procedure", $"procedure-{me}", $$$$""" {{{{subject}}}},"status":"completed","code":{"text":"p"},"performer":[{"actor":{"reference":"Patient/{{{{other}}}}"}}],"reasonReference":[{"reference":"Condition/condition-{{{{other}}}}"}] """);
        Put(whose, "DiagnosticReport", $"report-{me}", $$$$"""
            {{{{subject}}}},"status":"final","code":{"text":"r"},"result":[{"reference":"Observation/obs-{{{{me}}}}-0"},{"reference":"Observation/obs-{{{{other}}}}-0"}],"encounter":{"reference":"Encounter/encounter-{{{{me}}}}-0"}
            """);
        Put(whose, "DocumentReference", $"doc-{me}", $$$$"""
            {{{{subject}}}},"status":"current","content":[{"attachment":{"contentType":"text/plain","url":"Binary/binary-{{{{me}}}}"}},{"attachment":{"url":"Binary/binary-{{{{other}}}}"}}],
            "relatesTo":[{"code":"appends","target":{"reference":"DocumentReference/doc-{{{{other}}}}"}}]
            """);
        Put(whose, "Binary", $"binary-{me}", $$$$""" "contentType":"text/plain","securityContext":{"reference":"Patient/{{{{me}}}}"},"data":"{{{{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("secret of " + me))}}}}" """, isMore: false);
        Put(Whose.Shared, "Binary", $"binary-{me}-2", $$$$""" "contentType":"text/plain","securityContext":{"reference":"DocumentReference/doc-{{{{me}}}}"},"data":"eHh4" """, isMore: false);
        Put(whose, "Composition", $"composition-{me}", $$$$"""
            {{{{subject}}}},"status":"final","type":{"text":"t"},"date":"2026-01-01","title":"T{{{{me}}}}","author":[{"reference":"Practitioner/gp"}],
            "section":[{"title":"s","entry":[{"reference":"Observation/obs-{{{{me}}}}-0"}]}]
            """);
        Put(whose, "Composition", $"composition2-{me}", $$$$"""
            {{{{subject}}}},"status":"final","type":{"text":"t"},"date":"2026-01-01","title":"T{{{{me}}}}","author":[{"reference":"Practitioner/gp"}],
            "section":[{"title":"s","entry":[{"reference":"Observation/obs-{{{{me}}}}-0"},{"reference":"Observation/obs-{{{{other}}}}-0"}]}]
            """);
        Put(whose, "List", $"list-{me}", $$$$"""
            {{{{subject}}}},"status":"current","mode":"working","code":{"coding":[{"system":"urn:list","code":"problems"}]},
            "entry":[{"item":{"reference":"Observation/obs-{{{{me}}}}-0"}},{"item":{"reference":"Observation/obs-{{{{other}}}}-0"}},{"item":{"reference":"Condition/condition-{{{{other}}}}"}}]
            """);
        Put(whose, "List", $"list2-{other}", $$$$""" "subject":{"reference":"Patient/{{{{me}}}}"},"source":{"reference":"Patient/{{{{other}}}}"},"status":"current","mode":"working","entry":[{"item":{"reference":"Patient/{{{{me}}}}"}}] """);
        Put(whose, "ServiceRequest", $"sr-{me}", $$$$""" {{{{subject}}}},"status":"active","intent":"order","performer":[{"reference":"Organization/org"}],"identifier":[{"system":"urn:sr","value":"{{{{me}}}}"}] """);
        Put(whose, "Task", $"task-{me}", $$$$""" "for":{"reference":"Patient/{{{{me}}}}"},"focus":{"reference":"ServiceRequest/sr-{{{{me}}}}"},"status":"requested","intent":"order","owner":{"reference":"Organization/org"} """);
        Put(Whose.Shared, "Task", $"task2-{me}", $$$$""" "for":{"reference":"Patient/{{{{me}}}}"},"focus":{"reference":"ServiceRequest/sr-{{{{other}}}}"},"status":"requested","intent":"order","owner":{"reference":"Patient/{{{{other}}}}"} """);
        Put(whose, "Appointment", $"appointment-{me}", $$$$"""
            "status":"booked","slot":[{"reference":"Slot/busy"}],"participant":[{"actor":{"reference":"Patient/{{{{me}}}}"},"status":"accepted"},{"actor":{"reference":"Practitioner/gp"},"status":"accepted"}]
            """);
        Put(Whose.Shared, "Appointment", $"appointment2-{me}", $$$$"""
            "status":"booked","participant":[{"actor":{"reference":"Patient/{{{{me}}}}"},"status":"accepted"},{"actor":{"reference":"Patient/{{{{other}}}}"},"status":"accepted"}]
            """);
        Put(whose, "Provenance", $"provenance-{me}", $$$$""" "target":[{"reference":"Observation/obs-{{{{me}}}}-0"},{"reference":"Patient/{{{{me}}}}"}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/gp"}}] """);
        Put(Whose.Shared, "Provenance", $"provenance2-{me}", $$$$""" "target":[{"reference":"Observation/obs-{{{{other}}}}-1"}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"reference":"Patient/{{{{me}}}}"}}] """);
        Put(whose, "AuditEvent", $"audit-{me}", $$$$""" "type":{"code":"rest"},"recorded":"2026-01-01T00:00:00Z","agent":[{"requestor":true,"who":{"reference":"Practitioner/gp"}}],"source":{"observer":{"reference":"Organization/org"}},"entity":[{"what":{"reference":"Patient/{{{{me}}}}"}}] """);
        Put(whose, "RelatedPerson", $"related-{me}", $$$$""" "patient":{"reference":"Patient/{{{{me}}}}"},"name":[{"family":"Rel{{{{me}}}}"}] """);
        Put(whose, "QuestionnaireResponse", $"qr-{me}", $$$$""" {{{{subject}}}},"status":"completed","questionnaire":"urn:form","author":{"reference":"Patient/{{{{other}}}}"},"source":{"reference":"RelatedPerson/related-{{{{other}}}}"} """);
        Put(whose, "Device", $"device-{me}", $$$$""" "patient":{"reference":"Patient/{{{{me}}}}"},"deviceName":[{"name":"Pump{{{{me}}}}","type":"user-friendly-name"}] """);
        Put(whose, "Basic", $"basic-{me}", $$$$""" {{{{subject}}}},"code":{"coding":[{"system":"urn:basic","code":"note"}]},"author":{"reference":"Patient/{{{{other}}}}"} """);
        Put(whose, "Communication", $"communication-{me}", $$$$""" {{{{subject}}}},"status":"completed","recipient":[{"reference":"Patient/{{{{other}}}}"}],"sender":{"reference":"Patient/{{{{other}}}}"} """);
        Put(whose, "Consent", $"consent-{me}", $$$$""" "patient":{"reference":"Patient/{{{{me}}}}"},"status":"active","scope":{"text":"s"},"category":[{"text":"c"}],"performer":[{"reference":"Patient/{{{{other}}}}"}] """);
        Put(whose, "Coverage", $"coverage-{me}", $$$$""" "beneficiary":{"reference":"Patient/{{{{me}}}}"},"status":"active","subscriber":{"reference":"Patient/{{{{other}}}}"},"payor":[{"reference":"Patient/{{{{other}}}}"}] """);
    }

    // What was changed, what was moved from one patient to the other, what is gone.
    private void AddHistories()
    {
        foreach (var (whose, me, other) in new[] { (Whose.Mine, "mine", "theirs"), (Whose.Theirs, "theirs", "mine") })
        {
            Put(whose, "Observation", $"obs-{me}-0", $$$$""" "status":"amended","code":{"coding":[{"system":"http://loinc.org","code":"2345-7"}]},"subject":{"reference":"Patient/{{{{me}}}}"},"valueQuantity":{"value":9} """);
            Put(whose, "Flag", $"changed-{me}", $$$$""" "status":"active","code":{"text":"1"},"subject":{"reference":"Patient/{{{{me}}}}"} """);
            Put(whose, "Flag", $"changed-{me}", $$$$""" "status":"active","code":{"text":"2"},"subject":{"reference":"Patient/{{{{me}}}}"} """);
            Put(whose, "Flag", $"changed-{me}", $$$$""" "status":"inactive","code":{"text":"3"},"subject":{"reference":"Patient/{{{{me}}}}"} """);
            Put(whose, "Flag", $"gone-{me}", $$$$""" "status":"active","code":{"text":"1"},"subject":{"reference":"Patient/{{{{me}}}}"} """);
            Delete(whose, "Flag", $"gone-{me}");
            Put(whose, "Flag", $"back-{me}", $$$$""" "status":"active","code":{"text":"1"},"subject":{"reference":"Patient/{{{{me}}}}"} """);
            Delete(whose, "Flag", $"back-{me}");
            Put(whose, "Flag", $"back-{me}", $$$$""" "status":"active","code":{"text":"2"},"subject":{"reference":"Patient/{{{{me}}}}"} """);
            Put(Whose.Shared, "Flag", $"moved-to-{other}", $$$$""" "status":"active","code":{"text":"of {{{{me}}}}"},"subject":{"reference":"Patient/{{{{me}}}}"} """);
            Put(Whose.Shared, "Flag", $"moved-to-{other}", $$$$""" "status":"active","code":{"text":"of {{{{other}}}}"},"subject":{"reference":"Patient/{{{{other}}}}"} """);
            Put(Whose.Shared, "Observation", $"lent-{me}", $$$$""" "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1"}]},"subject":{"reference":"Patient/{{{{me}}}}"} """);
            Put(Whose.Shared, "Observation", $"lent-{me}", $$$$""" "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2"}]},"subject":{"reference":"Patient/{{{{other}}}}"} """);
            Put(Whose.Shared, "Observation", $"lent-{me}", $$$$""" "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"3"}]},"subject":{"reference":"Patient/{{{{me}}}}"} """);
        }
    }
}
