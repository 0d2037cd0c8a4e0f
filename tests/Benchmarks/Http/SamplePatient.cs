// A Patient of about the size of Synthea's, with values that differ from one number to the next.

using System.Text;

namespace FhirHub.Benchmarks.Http;

public static class SamplePatient
{
    private static readonly string[] Families = ["Smith", "Müller", "Nguyen", "García", "Wang", "Li", "Johnson", "Okafor"];

    public static byte[] Json(long number, string? id = null, int revision = 0) => Encoding.UTF8.GetBytes($$$"""
        {"resourceType":"Patient",{{{Id(id)}}}"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Patient {{{number}}}, revision {{{revision}}}</div>"},"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName","valueString":"Maiden{{{number % 997}}}"},{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"city":"Boston","state":"Massachusetts","country":"US"}}],"identifier":[{"system":"https://example.org/mrn","value":"{{{number}}}"},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"SS","display":"Social Security Number"}],"text":"Social Security Number"},"system":"http://hl7.org/fhir/sid/us-ssn","value":"999-{{{number % 100:00}}}-{{{number % 10000:0000}}}"}],"name":[{"use":"official","family":"{{{Families[number % Families.Length]}}}{{{number % 613}}}","given":["Given{{{number % 389}}}","Middle{{{revision}}}"],"prefix":["Mr."]}],"telecom":[{"system":"phone","value":"555-{{{number % 1000:000}}}-{{{number % 10000:0000}}}","use":"home"}],"gender":"{{{(number % 2 == 0 ? "male" : "female")}}}","birthDate":"{{{1930 + (number % 90)}}}-{{{1 + (number % 12):00}}}-{{{1 + (number % 28):00}}}","address":[{"line":["{{{number % 900}}} Main Street"],"city":"Boston","state":"Massachusetts","postalCode":"0{{{2100 + (number % 90)}}}","country":"US"}],"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M","display":"Married"}],"text":"Married"},"multipleBirthBoolean":false,"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"en-US","display":"English"}],"text":"English"}}]}
        """);

    private static string Id(string? id) => id is null ? "" : $"\"id\":\"{id}\",";
}
