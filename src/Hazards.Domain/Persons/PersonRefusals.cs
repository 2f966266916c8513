using static Hazards.Domain.RefusalKind;

namespace Hazards.Domain;

/// <summary>Refusals about personal data. None of them repeats any.</summary>
public static class PersonRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode NothingGiven = new(
        "person.nothing_given", Invalid, "姓名、电话、证件号码、地址、其他联系方式至少填一项", "Give at least one of name, phone, idNumber, address and other");
    public static readonly RefusalCode InClear = new(
        "person.in_clear", Unprocessable, "{field} 中写有报告人、举报人或证人的姓名或号码，会以明文留存：请删去后再提交，这些内容只填在人员信息里",
        "{field} holds the name or a number of the reporter or witness and would be kept in clear: take it out; it belongs into the person's own members only");
    public static readonly RefusalCode NotFound = new(
        "person.not_found", RefusalKind.NotFound, "没有这条人员信息，或不在您的管辖范围内", "There is no such person, or it lies outside your jurisdiction");
    public static readonly RefusalCode Role = new(
        "person.role", Forbidden, "查看{kind}的个人信息需要以下角色之一：{roles}（{policy}）。本次请求已留痕",
        "To see the data of a person of this kind ({kind}) one of these roles is needed: {roles} ({policy}). The request was recorded");
    public static readonly RefusalCode EraseRole = new(
        "person.erase_role", Forbidden, "删除个人信息需要以下角色之一：{roles}（{policy}）",
        "To erase personal data one of these roles is needed: {roles} ({policy})");
    public static readonly RefusalCode Erased = new(
        "person.erased", Gone, "个人信息已于 {at} 删除，任何人都无法再查看；事件和证明不受影响",
        "The personal data were erased at {at} and cannot be seen by anybody any more; events and proofs are not affected");
    public static readonly RefusalCode KeyMissing = new(
        "person.key_missing", Unavailable, "打开个人信息所需的密钥不在密钥库或密钥目录中：请管理员核对密钥目录（{master}）或从备份恢复",
        "The key that opens the personal data is neither in the key store nor the key folder ({master}): the operator must look at the folder or restore it");
    public static readonly RefusalCode NoKeys = new(
        "person.no_keys", Unavailable, "服务没有密钥目录，不能保存个人信息：请管理员用 --keys 或 HAZARDS_KEYS 指定；个人信息绝不以明文保存",
        "The service has no folder for its keys and cannot keep personal data, which it never keeps in clear: its operator must give --keys or HAZARDS_KEYS");
    public static readonly RefusalCode Damaged = new(
        "person.damaged", Unavailable, "已封存的个人信息与密钥不符或被改动过，未予显示；请管理员进行防篡改审计",
        "The sealed data do not fit their key or were altered, and are not shown; the operator should audit the log");
    public static readonly RefusalCode Held = new(
        "person.held", Locked, "{enterprise} 的档案自 {since} 起由{authority}封存（{document}），证据保全期间不得删除个人信息；解除封存后再办",
        "The records of {enterprise} are sealed since {since} by {authority} ({document}); personal data are held as evidence and cannot be erased until the seal is lifted");
#pragma warning restore CS1591
}
