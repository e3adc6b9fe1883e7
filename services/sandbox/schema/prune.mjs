// Makes linear.graphql: the part of Linear's schema that the documents beside this file touch.
//
//   node prune.mjs NODE_MODULES           writes it
//   node prune.mjs NODE_MODULES --check   fails when the committed file is not what would be written
//
// NODE_MODULES is a folder with @linear/sdk and graphql as locked in ../tests/clients/package-lock.json. Linear
// publishes no schema file with its client, but the client's type declarations carry every type, field, argument and
// enum value of the schema it was generated from, and this reads them. The SDK is under the MIT licence, see LICENSE.
//
// documents/sdk.graphql are the operations of @linear/sdk itself, documents/errand.graphql what other clients of ours
// may ask for. Of the input types for filters and sorting only what KEPT_INPUTS names is kept: the whole of them would
// be ten times the size, and a sandbox that refuses a filter is better than one that ignores it.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.resolve(process.argv[2] ?? 'node_modules');
const { buildSchema, parse, validate, visit, visitWithTypeInfo, TypeInfo, getNamedType, isInputObjectType, isObjectType,
  isInterfaceType, isUnionType, isEnumType, isScalarType, specifiedScalarTypes } =
  createRequire(path.join(modules, 'graphql', 'package.json'))('graphql');

const KEPT_INPUTS = {
  IssueFilter: ['and', 'or', 'id', 'number', 'title', 'team', 'state'],
  TeamFilter: ['and', 'or', 'id', 'key', 'name'],
  WorkflowStateFilter: ['and', 'or', 'id', 'name', 'type', 'team'],
  CommentFilter: ['and', 'or', 'id', 'body'],
  AttachmentFilter: ['and', 'or', 'id', 'title', 'url'],
  IssueSortInput: ['createdAt', 'updatedAt'],
};

// The declarations write these two in another case than the schema does.
const RENAMED = { IdComparator: 'IDComparator', IssueIdComparator: 'IssueIDComparator' };

const declared = declarations(sdkDeclarations());
const full = buildSchema(fullSdl(declared));
const texts = ['sdk.graphql', 'errand.graphql'].map((file) => fs.readFileSync(path.join(here, 'documents', file), 'utf8'));
const pruned = prunedSdl(full, texts.map((text) => parse(text)));
const target = path.join(here, 'linear.graphql');
if (process.argv[3] !== '--check') {
  fs.writeFileSync(target, pruned);
} else if (fs.readFileSync(target, 'utf8') !== pruned) {
  console.error('linear.graphql is not what prune.mjs makes of @linear/sdk and the documents; run it and look at the change');
  process.exit(1);
}

function sdkDeclarations() {
  const dist = path.join(modules, '@linear', 'sdk', 'dist');
  const files = fs.readdirSync(dist).filter((name) => name.endsWith('.d.mts'));
  const texts = files.map((name) => fs.readFileSync(path.join(dist, name), 'utf8'));
  const whole = texts.find((text) => /^type Mutation = \{/m.test(text) && /^type Scalars = \{/m.test(text));
  // Behind the schema's own types follow those of the fragments, which are made from them.
  return whole.slice(whole.indexOf('\ntype Scalars = {'), whole.search(/^type \w+Fragment = /m));
}

/** Reads the declarations: objects, input objects, enums and unions by name. */
function declarations(text) {
  const found = { objects: new Map(), enums: new Map(), unions: new Map(), scalars: [] };
  for (const [, name, values] of text.matchAll(/^declare enum (\w+) \{\n([\s\S]*?)^\}/gm)) {
    found.enums.set(name, [...values.matchAll(/= "([^"]+)"/g)].map((match) => match[1]));
  }
  for (const [, name, members] of text.matchAll(/^type (\w+) =\s*((?:\|?\s*\w+\s*)(?:\|\s*\w+\s*)+);/gm)) {
    found.unions.set(name, members.split('|').map((member) => member.trim()).filter(Boolean));
  }
  for (const [, name, interfaces, body] of text.matchAll(/^type (\w+) = ((?:\w+ & )*)\{\n([\s\S]*?)^\};/gm)) {
    if (name === 'Scalars') {
      found.scalars = [...body.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1]);
      continue;
    }
    const fields = new Map();
    const lines = body.replace(/\/\*\*[\s\S]*?\*\//g, '');
    for (const [, field, optional, type] of lines.matchAll(/^ {2}(\w+)(\?)?: ([^;]+);/gm)) fields.set(field, { optional, type });
    found.objects.set(name, { fields, interfaces: interfaces.split('&').map((one) => one.trim()).filter(Boolean) });
  }
  return found;
}

/** `Maybe<Array<Scalars["String"]>>` as `[String!]`. */
function sdlType(type) {
  const inner = (wrapper) => type.startsWith(`${wrapper}<`) && type.slice(wrapper.length + 1, -1);
  const maybe = inner('Maybe') || inner('InputMaybe');
  if (maybe) return sdlType(maybe).replace(/!$/, '');
  const array = inner('Array');
  if (array) return `[${sdlType(array)}]!`;
  const scalar = /^Scalars\["(\w+)"\]$/.exec(type);
  return `${scalar ? scalar[1] : RENAMED[type] ?? type}!`;
}

function fullSdl({ objects, enums, unions, scalars }) {
  const builtIn = new Set(specifiedScalarTypes.map((one) => one.name));
  const out = scalars.filter((name) => !builtIn.has(name)).map((name) => `scalar ${name}`);
  for (const [name, values] of enums) out.push(`enum ${name} { ${values.join(' ')} }`);
  for (const [name, members] of unions) if (members.every((one) => objects.has(one))) out.push(`union ${name} = ${members.join(' | ')}`);
  const interfaces = new Set([...objects.values()].flatMap((object) => object.interfaces));
  const argumentsOf = new Map([...objects].filter(([name]) => name.endsWith('Args')).map(([name, it]) => [name.toLowerCase(), it]));
  for (const [name, object] of objects) {
    if (interfaces.has(name) || object.fields.has('__typename')) out.push(objectSdl(name, object, argumentsOf, interfaces));
    else if (!/Args$/.test(name)) out.push(inputSdl(name, object));
  }
  return out.join('\n');
}

function objectSdl(name, object, argumentsOf, interfaces) {
  const fields = [...object.fields].filter(([field]) => field !== '__typename').map(([field, { type }]) => {
    // The generator writes `attachmentLinkURL` as `AttachmentLinkUrl` here.
    const args = argumentsOf.get(`${name}${field}Args`.toLowerCase());
    const list = args ? [...args.fields].map(([arg, it]) => `${arg}: ${sdlType(it.type)}`).join(', ') : '';
    return `  ${field}${list && `(${list})`}: ${sdlType(type)}`;
  });
  const also = object.interfaces.length ? ` implements ${object.interfaces.join(' & ')}` : '';
  return `${interfaces.has(name) ? 'interface' : 'type'} ${name}${also} {\n${fields.join('\n')}\n}`;
}

function inputSdl(name, object) {
  return `input ${RENAMED[name] ?? name} {\n${[...object.fields].map(([field, { type }]) => `  ${field}: ${sdlType(type)}`).join('\n')}\n}`;
}

/** What the documents touch, and what that needs to be a whole schema. */
function prunedSdl(schema, documents) {
  const fields = new Map();
  const inputs = new Set();
  const leaves = new Set();
  const keepInput = (type) => {
    const named = getNamedType(type);
    if (isScalarType(named) || isEnumType(named)) return leaves.add(named);
    if (!isInputObjectType(named) || inputs.has(named)) return undefined;
    inputs.add(named);
    for (const field of keptFields(named)) keepInput(field.type);
  };
  const keepField = (parent, field) => {
    if (!fields.has(parent)) fields.set(parent, new Map());
    if (!field || fields.get(parent).has(field.name)) return;
    fields.get(parent).set(field.name, field);
    field.args.forEach((argument) => keepInput(argument.type));
    const named = getNamedType(field.type);
    if (isScalarType(named) || isEnumType(named)) leaves.add(named);
    else if (!fields.has(named)) fields.set(named, new Map());
  };
  for (const document of documents) {
    const problems = validate(schema, document);
    if (problems.length) throw new Error(problems.map((problem) => problem.message).join('\n'));
    const info = new TypeInfo(schema);
    visit(document, visitWithTypeInfo(info, {
      Field: () => { if (!info.getFieldDef().name.startsWith('__')) keepField(info.getParentType(), info.getFieldDef()); },
      VariableDefinition: (node) => keepInput(schema.getType(typeName(node.type))),
    }));
  }
  // An interface's kept fields must be on every kept object that implements it, and a union's members must be there.
  for (const [type] of [...fields]) if (isUnionType(type)) type.getTypes().forEach((member) => fields.has(member) || fields.set(member, new Map()));
  for (const [type] of [...fields]) if (isObjectType(type) && type.getFields().id && fields.get(type).size === 0) keepField(type, type.getFields().id);
  for (const [face, kept] of [...fields]) {
    if (!isInterfaceType(face)) continue;
    for (const [type] of fields) if (isObjectType(type) && type.getInterfaces().includes(face)) for (const name of kept.keys()) keepField(type, type.getFields()[name]);
  }
  return print(fields, inputs, leaves);
}

function keptFields(input) {
  const all = Object.values(input.getFields());
  const kept = KEPT_INPUTS[input.name];
  return kept ? all.filter((field) => kept.includes(field.name)) : all;
}

function typeName(node) {
  return node.type ? typeName(node.type) : node.name.value;
}

function print(fields, inputs, leaves) {
  const sorted = (types) => [...types].sort((a, b) => a.name.localeCompare(b.name));
  const out = ['# Generated by prune.mjs from the type declarations of @linear/sdk. Do not edit.',
    '# Copyright (c) 2019 Linear, MIT licence, see LICENSE. Only what the documents in this folder touch is here.', ''];
  const line = (field) => `  ${field.name}${field.args?.length ? `(${field.args.map((arg) => `${arg.name}: ${arg.type}`).join(', ')})` : ''}: ${field.type}`;
  const block = (head, list) => out.push(`${head} {`, ...list.map(line).sort(), '}', '');
  for (const type of sorted(fields.keys())) {
    if (isUnionType(type)) out.push(`union ${type.name} = ${type.getTypes().map((one) => one.name).join(' | ')}`, '');
    else {
      const faces = type.getInterfaces().filter((face) => fields.has(face)).map((face) => face.name);
      block(`${isInterfaceType(type) ? 'interface' : 'type'} ${type.name}${faces.length ? ` implements ${faces.join(' & ')}` : ''}`, [...fields.get(type).values()]);
    }
  }
  for (const input of sorted(inputs)) block(`input ${input.name}`, keptFields(input));
  for (const leaf of sorted(leaves)) {
    if (isEnumType(leaf)) out.push(`enum ${leaf.name} {`, ...leaf.getValues().map((value) => `  ${value.name}`), '}', '');
    else if (!specifiedScalarTypes.some((one) => one.name === leaf.name)) out.push(`scalar ${leaf.name}`, '');
  }
  return out.join('\n');
}
